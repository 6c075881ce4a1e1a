/** npm and scripts/start.mjs forward a signal that the terminal sends to every process: one Ctrl-C arrives up to three times. */
const echoMs = 700;

export interface Stop {
  requested: Promise<void>;
  isRequested: () => boolean;
}

/**
 * SIGINT, SIGTERM, SIGHUP and the end of the parent process request a stop. A second request after that calls `repeat`.
 */
export function onInterrupt({ repeat }: { repeat: () => void }): Stop {
  let requestedAt: number | null = null;
  const { promise: requested, resolve } = Promise.withResolvers<void>();
  const request = (): void => {
    const now = performance.now();
    if (requestedAt === null) {
      requestedAt = now;
      resolve();
    } else if (now - requestedAt > echoMs) repeat();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, request);
  // The channel of scripts/start.mjs. It must not keep this process alive.
  process.once('disconnect', () => requestedAt === null && request());
  process.channel?.unref();
  return { requested, isRequested: () => requestedAt !== null };
}
