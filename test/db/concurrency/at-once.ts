import type { Store } from '../../../src/ports/store.ts';
import type { TestDatabase } from '../conformance/test-database.ts';

/** Two stores on one database, as two hosts have them. */
export function twoHosts({ open }: TestDatabase): [Store, Store] {
  return [open(), open()];
}

/** Calls of both stores in turns, all begun before the first is over. */
export const atOnce = <T>(
  hosts: readonly Store[],
  times: number,
  call: (store: Store, index: number) => Promise<T>,
): Promise<T[]> => Promise.all(Array.from({ length: times }, (_, index) => call(hosts[index % hosts.length]!, index)));

/** How many there are of each. */
export function tally(values: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(values, (value) => value)].map(([value, all]) => [value, all.length]));
}
