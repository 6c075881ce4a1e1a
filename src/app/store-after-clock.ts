import { StoreUnavailableError } from '../core/errors.ts';
import { methodsOf, storeFrom } from '../db/sqlite/store-methods.ts';
import type { Store } from '../ports/store.ts';
import type { Clock } from '../services/system/database-clock.ts';

const needNoClock: readonly string[] = ['now', 'ping'];

/**
 * The store, whose calls fail with StoreUnavailableError until the clock is known: a process that started while the database was
 * unavailable must record no instant of its host's clock.
 */
export function storeAfterClock(store: Store, clock: Pick<Clock, 'isKnown'>): Store {
  const methods = methodsOf(store);
  const call = async (path: string, args: unknown[]): Promise<unknown> => {
    if (clock.isKnown() || needNoClock.includes(path)) return methods.get(path)?.(...args);
    throw new StoreUnavailableError('The database has not been reached yet: this process does not know its clock.');
  };
  return storeFrom([...methods.keys()], call, () => store.close());
}
