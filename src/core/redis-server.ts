/** What Redis reports about itself. */
export interface RedisFacts {
  version: string;
  /** `noeviction`, or a policy that evicts jobs; null where Redis does not report it. */
  evictionPolicy: string | null;
}

/** BullMQ does not start with an older version. */
export const oldestVersion = '5.0.0';
/** BullMQ runs with an older version, and advises against it. */
const advisedVersion = '6.2.0';

/** Compares by numbers. A version that cannot be read counts as new. */
export function isOlder(version: string, than: string): boolean {
  const numbersOf = (text: string): number[] => text.split('.').map((part) => Number.parseInt(part, 10));
  const own = numbersOf(version);
  if (own.some(Number.isNaN)) return false;
  const difference = numbersOf(than).map((number, index) => (own[index] ?? 0) - number);
  return (difference.find((one) => one !== 0) ?? 0) < 0;
}

export interface RedisWarning {
  code: 'redis_eviction_policy' | 'redis_version';
  detail: string;
}

/** Returns warnings about a Redis that works and may lose or delay jobs. */
export function warningsOf({ version, evictionPolicy }: RedisFacts): RedisWarning[] {
  const warnings: RedisWarning[] = [];
  if (evictionPolicy !== null && evictionPolicy !== 'noeviction') {
    const detail = `Redis may evict jobs when its memory is full: its maxmemory-policy is ${evictionPolicy} and has to be noeviction`;
    warnings.push({ code: 'redis_eviction_policy', detail });
  }
  if (isOlder(version, advisedVersion)) {
    warnings.push({ code: 'redis_version', detail: `Redis ${version} is old: ${advisedVersion} or newer is advised` });
  }
  return warnings;
}
