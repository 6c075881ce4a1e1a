/** npm and scripts/start.mjs hand on what the terminal sends to all of us: one Ctrl-C comes up to three times. */
const echoMs = 700;

export interface Stop {
  asked: Promise<void>;
  isAsked: () => boolean;
}

/**
 * SIGINT, SIGTERM, SIGHUP and the death of the process that started this one ask for a stop. `again` is called when the person
 * asks once more.
 */
export function onStop({ again }: { again: () => void }): Stop {
  let askedAt: number | null = null;
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const ask = (): void => {
    const now = performance.now();
    if (askedAt === null) {
      askedAt = now;
      resolve();
    } else if (now - askedAt > echoMs) again();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
  // The channel of scripts/start.mjs. It must not keep this process alive.
  process.once('disconnect', () => askedAt === null && ask());
  process.channel?.unref();
  return { asked, isAsked: () => askedAt !== null };
}
