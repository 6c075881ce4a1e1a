/** npm and scripts/start.mjs hand on what the terminal sends to all of us: one Ctrl-C comes up to three times. */
const echoMs = 700;

export interface Stop {
  requested: Promise<void>;
  isRequested: () => boolean;
}

/**
 * SIGINT, SIGTERM, SIGHUP and the death of the process that started this one ask for a stop. `repeat` is called when the person
 * asks once more.
 */
export function onInterrupt({ repeat }: { repeat: () => void }): Stop {
  let requestedAt: number | null = null;
  const { promise: requested, resolve } = Promise.withResolvers<void>();
  const ask = (): void => {
    const now = performance.now();
    if (requestedAt === null) {
      requestedAt = now;
      resolve();
    } else if (now - requestedAt > echoMs) repeat();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
  // The channel of scripts/start.mjs. It must not keep this process alive.
  process.once('disconnect', () => requestedAt === null && ask());
  process.channel?.unref();
  return { requested, isRequested: () => requestedAt !== null };
}
