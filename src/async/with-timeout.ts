/** Returns the work's value, or throws `timedOut()` when the work takes longer. It continues in any case, and its outcome is dropped then. */
export async function withTimeout<T>(limitMs: number, work: Promise<T>, timedOut: () => Error): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(timedOut()), limitMs);
  try {
    return await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for the work, but no longer than that; it continues in any case. @throws what the work throws in time. */
export async function waitAtMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, limitMs);
  try {
    await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
