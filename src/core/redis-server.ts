/** What Redis says of itself. */
export interface RedisFacts {
  version: string;
  /** `noeviction`, or what lets it throw jobs away; null where it does not say. */
  evictionPolicy: string | null;
}

/** Below this BullMQ does not start. */
export const oldestVersion = '5.0.0';
/** Below this it runs, and advises against it. */
const advisedVersion = '6.2.0';

/** By their numbers; a version that can't be read is taken to be new. */
export function isOlder(version: string, than: string): boolean {
  const numbersOf = (text: string): number[] => text.split('.').map((part) => Number.parseInt(part, 10));
  const own = numbersOf(version);
  if (own.some(Number.isNaN)) return false;
  const difference = numbersOf(than).map((number, index) => (own[index] ?? 0) - number);
  return (difference.find((one) => one !== 0) ?? 0) < 0;
}

/** What is to be said of a Redis that works and may lose jobs, or delay them. */
export function warningsOf({ version, evictionPolicy }: RedisFacts): { code: string; detail: string }[] {
  const warnings = [];
  if (evictionPolicy !== null && evictionPolicy !== 'noeviction') {
    const detail = `Redis may throw jobs away when its memory is full: its maxmemory-policy is ${evictionPolicy} and has to be noeviction`;
    warnings.push({ code: 'redis_eviction_policy', detail });
  }
  if (isOlder(version, advisedVersion)) {
    warnings.push({ code: 'redis_version', detail: `Redis ${version} is old: ${advisedVersion} or newer is advised` });
  }
  return warnings;
}
