/** The address of a PostgreSQL database: `postgres://USER[:PASSWORD]@HOST[:PORT]/NAME[?sslmode=…&sslrootcert=…]`. */

/** As in libpq (docs/reference/postgresql-behavior.md#sslmode-means-what-it-means-to-libpq). */
export const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

export interface PostgresAddress {
  /** A host name, an IP address, or the folder of a Unix socket. */
  host: string;
  port: number;
  user: string;
  /** null where the address has none: it comes from elsewhere. */
  password: string | null;
  database: string;
  sslMode: SslMode;
  /** The path of a file with the certificates that are trusted; null for those that Node trusts. */
  sslRootCert: string | null;
}

const defaultPort = 5432;

export const isPostgresAddress = (address: string): boolean => /^postgres(ql)?:/i.test(address);

/** null for what is no such address: an unknown parameter makes it none, so that no setting is ignored. */
export function parsePostgresAddress(address: string): PostgresAddress | null {
  if (!/^postgres(ql)?:\/\//.test(address) || /[\s#]/.test(address) || !URL.canParse(address)) return null;
  const url = new URL(address);
  const parts = [url.hostname, url.username, url.password, url.pathname.slice(1)].map(decoded);
  const [host, user, password, database] = parts;
  if (!host || !user || !database || password === undefined || database.includes('/') || host.includes(',')) return null;
  const { sslmode = 'prefer', sslrootcert = null, ...others } = Object.fromEntries(url.searchParams);
  if (Object.keys(others).length > 0 || sslrootcert === '' || !isSslMode(sslmode)) return null;
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? defaultPort : Number(url.port),
    user,
    password: password === '' ? null : password,
    database,
    sslMode: sslmode,
    sslRootCert: sslrootcert === 'system' ? null : sslrootcert,
  };
}

/**
 * What is wrong with the parameters of an address that is right but for them, in words that follow its variable's name; null for any
 * other address. A part of a password that was not written as % and two digits may look like a parameter: then nothing of it is shown.
 */
export function postgresParameterFault(address: string): string | null {
  const at = address.indexOf('?');
  const [place, query] = [address.slice(0, at), address.slice(at + 1)];
  if (at < 0 || query.includes('@') || parsePostgresAddress(place) === null) return null;
  const parameters = [...new URLSearchParams(query)];
  const unknown = parameters.map(([name]) => name).find((name) => name !== 'sslmode' && name !== 'sslrootcert');
  if (unknown !== undefined) {
    return `has the parameter ${/^\w{1,40}$/.test(unknown) ? unknown : 'of a name that is not shown'}, which is unknown; it may have sslmode and sslrootcert`;
  }
  const mode = parameters.findLast(([name]) => name === 'sslmode')?.[1];
  if (mode !== undefined && !isSslMode(mode)) {
    const holds = /^[\w-]{1,20}$/.test(mode) ? ` ${JSON.stringify(mode)}` : '';
    return `has an sslmode that is unknown${holds && `,${holds}`}; it may be one of ${sslModes.join(', ')}`;
  }
  return parameters.some(([name, value]) => name === 'sslrootcert' && value === '')
    ? 'has an empty sslrootcert; it may be the path of a file with certificates in PEM, or system'
    : null;
}

/** The server and the database, for people: never the user or the password. */
export function nameOfDatabase(address: string): string {
  const parsed = parsePostgresAddress(address);
  if (parsed === null) return 'postgres:';
  const { host, port, database } = parsed;
  return `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

const isSslMode = (mode: string): mode is SslMode => (sslModes as readonly string[]).includes(mode);

/** undefined where a % is not followed by two digits, or the bytes are no UTF-8. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
