import type { RedisOptions } from 'ioredis';
import { parseAddress, type RedisPlace, splitAddresses } from '../core/redis-place.ts';
import { clusterSource } from './cluster-source.ts';
import { masterConnector } from './master-connector.ts';
import { createMasterFinder, type Master } from './master-finder.ts';
import { type Access, keyOf } from './node-access.ts';
import { sentinelSource } from './sentinel-source.ts';

/** Where a queue is. */
export interface QueuePlace extends RedisPlace {
  readonly queuePrefix: string;
}

/** What ioredis needs to connect to where Redis is. */
export interface RedisTarget {
  /** Null where the node has to be found. */
  readonly address: string | null;
  readonly options: RedisOptions;
  /** The nodes or sentinels that are queried, for people, without a secret; null where there is one address. */
  readonly place: string | null;
  /** The node that was found last; null where none was, or there is one address. */
  readonly node: () => string | null;
}

const redisPort = 6379;
const sentinelPort = 26_379;

/** All connections that are made with one target find the node together. */
export function redisTarget({ redisUrl, redisMode = 'single', redisSentinel, queuePrefix }: QueuePlace): RedisTarget {
  if (redisMode === 'single') return { address: redisUrl, options: {}, place: null, node: () => null };
  const addresses = splitAddresses(redisUrl).map(parseAddress);
  const username = addresses.find((address) => address.username !== null)?.username ?? undefined;
  const password = addresses.find((address) => address.password !== null)?.password ?? undefined;
  const db = addresses.find(({ database }) => database !== null)?.database ?? undefined;
  const access: Access = {
    username,
    password,
    tlsNames: addresses.some(({ tls }) => tls) ? addresses.map(({ host }) => host) : null,
  };
  const nodes = addresses.map(({ host, port }) => ({
    host,
    port: port ?? (redisMode === 'sentinel' ? sentinelPort : redisPort),
  }));
  const source =
    redisMode === 'cluster' || redisSentinel == null
      ? clusterSource({ addresses: nodes, access, queuePrefix })
      : sentinelSource({ addresses: nodes, access, sentinel: redisSentinel });
  const finder = createMasterFinder(source);
  // ioredis waits for the handshake of TLS where `tls` is set.
  const tls = access.tlsNames === null ? undefined : {};
  return {
    address: null,
    options: { username, password, db, tls, Connector: masterConnector(finder, access) },
    place: finder.place,
    node: () => nodeOf(finder.last()),
  };
}

const nodeOf = (master: Master | null): string | null => (master === null ? null : keyOf(master));
