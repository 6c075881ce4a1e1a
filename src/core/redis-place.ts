/** `single`: one server, or a name that leads to one. `cluster`: the addresses are some of its nodes. `sentinel`: they are the sentinels. */
export const redisModes = ['single', 'cluster', 'sentinel'] as const;
export type RedisMode = (typeof redisModes)[number];

/** How to find a master through sentinels. */
export interface SentinelAccess {
  /** What the sentinels call the master. */
  readonly masterName: string;
  /** Of the sentinels, where they are not those of Redis. */
  readonly username: string | null;
  readonly password: string | null;
}

/** Where Redis is, and how to get in. */
export interface RedisPlace {
  /** One address in `single` mode; several otherwise, separated by commas. */
  readonly redisUrl: string;
  readonly redisMode?: RedisMode;
  /** In `sentinel` mode. */
  readonly redisSentinel?: SentinelAccess | null;
}

/** What `REDIS_URL` says about one address. */
export interface RedisAddress {
  readonly host: string;
  /** Null where the address has none. */
  readonly port: number | null;
  readonly tls: boolean;
  readonly username: string | null;
  readonly password: string | null;
  readonly database: number | null;
}

/** Each with scheme and credentials, which `redis://user:password@a:1,b:2` gives once. A comma in a password separates nothing. */
export const splitAddresses = (redisUrl: string): string[] =>
  redisUrl.split(/\s*,\s*(?=rediss?:\/\/)/i).flatMap((part) => {
    const [, access = '', hosts = part] = /^(rediss?:\/\/(?:.*@)?)([^@]*)$/is.exec(part) ?? [];
    return hosts.split(',').map((host) => `${access}${host.trim()}`);
  });

/** @throws {TypeError} for what is no address: the configuration has refused it. */
export function parseAddress(address: string): RedisAddress {
  const { protocol, hostname, port, username, password, pathname } = new URL(address);
  const database = pathname.replace(/^\//, '');
  return {
    host: decodeURIComponent(hostname.replace(/^\[(.*)\]$/, '$1')),
    port: port === '' ? null : Number(port),
    tls: protocol === 'rediss:',
    username: username === '' ? null : decodeURIComponent(username),
    password: password === '' ? null : decodeURIComponent(password),
    database: database === '' ? null : Number(database),
  };
}
