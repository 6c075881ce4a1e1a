import { hashTagOf } from '../core/hash-slot.ts';
import { parseAddress, type RedisAddress, type RedisMode, splitAddresses } from '../core/redis-place.ts';
import { shown } from './errors.ts';

/** Those that were malformed are missing. */
type RedisVariables = Partial<{
  REDIS_URL: string;
  REDIS_MODE: RedisMode;
  REDIS_SENTINEL_NAME: string | null;
  REDIS_SENTINEL_USERNAME: string | null;
  REDIS_SENTINEL_PASSWORD: string | null;
  QUEUE_PREFIX: string | null;
}>;

/** What does not fit together in the variables of Redis, a line each. No line holds a secret. */
export function redisFaults(values: RedisVariables): string[] {
  const { REDIS_URL: redisUrl, REDIS_MODE: mode } = values;
  if (mode === undefined) return [];
  return [...(redisUrl === undefined ? [] : addressFaults(redisUrl, mode)), ...modeFaults(values, mode)];
}

function addressFaults(redisUrl: string, mode: RedisMode): string[] {
  const addresses = splitAddresses(redisUrl).map(parseAddress);
  const holds = (what: string, may: string): string[] => [`REDIS_URL holds ${what}; ${may}`];
  if (mode === 'single' && addresses.length > 1) {
    return holds(
      `${addresses.length} addresses`,
      'where REDIS_MODE is single it may hold one (REDIS_MODE may be cluster or sentinel)',
    );
  }
  if (new Set(addresses.map(({ tls }) => tls)).size > 1) {
    return holds('redis:// and rediss:// addresses', 'it may hold addresses of one kind');
  }
  for (const [what, of] of sharedParts) {
    const found = new Set(addresses.map(of).filter((part) => part !== null));
    if (found.size > 1) return holds(`addresses with different ${what}`, `it may hold one for all, in one address or in each`);
  }
  const database = addresses.find(({ database: number }) => number !== null && number !== 0)?.database;
  if (mode === 'cluster' && database !== undefined) {
    return holds(
      `the database ${database}`,
      'where REDIS_MODE is cluster it may hold 0, which is the only one of a cluster, or none',
    );
  }
  return [];
}

/** Where the addresses lead is one Redis, with one user and one database. */
const sharedParts: readonly (readonly [what: string, of: (address: RedisAddress) => string | number | null])[] = [
  ['users', ({ username }) => username],
  ['passwords', ({ password }) => password],
  ['database numbers', ({ database }) => database],
];

function modeFaults(values: RedisVariables, mode: RedisMode): string[] {
  const { REDIS_SENTINEL_NAME: name, REDIS_SENTINEL_USERNAME: user, REDIS_SENTINEL_PASSWORD: password } = values;
  if (mode === 'sentinel') {
    if (name === null) {
      return [
        'REDIS_SENTINEL_NAME is not set; where REDIS_MODE is sentinel it must hold the name that the sentinels give to the master, like mymaster',
      ];
    }
    return user != null && password === null
      ? ['REDIS_SENTINEL_PASSWORD is not set; beside REDIS_SENTINEL_USERNAME it must hold the password of that user']
      : [];
  }
  const faults = Object.entries({ REDIS_SENTINEL_NAME: name, REDIS_SENTINEL_USERNAME: user, REDIS_SENTINEL_PASSWORD: password })
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .map(([variable, value]) => `${variable} holds ${shown(variable, value)}; it may be set only where REDIS_MODE is sentinel`);
  const prefix = values.QUEUE_PREFIX;
  if (mode === 'cluster' && typeof prefix === 'string' && hashTagOf(prefix) === null) {
    faults.push(
      `QUEUE_PREFIX holds ${shown('QUEUE_PREFIX', prefix)}; where REDIS_MODE is cluster it may hold only a prefix with a part in {braces}, which keeps all keys on one node`,
    );
  }
  return faults;
}
