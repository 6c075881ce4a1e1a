/** Returns the work's value, or throws the signal's reason when that comes first. The work continues, and its outcome is dropped then. */
export async function raceAbort<T>(work: PromiseLike<T> | T, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  Promise.resolve(work).then(resolve, reject);
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
