/** Redis is away, or did not answer in time. What was asked may still happen, which is harmless: a job's id makes it one. */
export class QueueUnavailableError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'QueueUnavailableError';
  }
}

/** What the work gives, or QueueUnavailableError when it takes longer; the work itself goes on unheard. */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new QueueUnavailableError(`Redis gave no answer within ${limitMs} ms`)), limitMs);
  try {
    return await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
