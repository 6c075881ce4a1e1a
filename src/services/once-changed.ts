import { ServiceError, StoreUnavailableError } from '../core/errors.ts';

/**
 * Does the work that follows a change. StoreUnavailableError says that nothing was changed, which is wrong from here on: the error that
 * takes its place says in `detail` what may have been changed.
 */
export async function onceChanged<T>(detail: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    throw new ServiceError('database_unavailable', `The database became unavailable half-way. ${detail}`, { cause: error });
  }
}
