export interface RepeatOptions {
  /** Until the first run at most; it begins at any time before. */
  initialDelayMs: number;
  /** From the end of a run to the next; up to a quarter less. */
  everyMs: number;
  random: () => number;
  /** Must not throw. The signal is aborted by `stop`. */
  run: (signal: AbortSignal) => Promise<void>;
}

export interface Repeated {
  /** No more runs; resolves when one under way has ended. */
  stop(): Promise<void>;
}

/** Runs again and again, never twice at a time, and out of step with other processes. */
export function repeat({ initialDelayMs, everyMs, random, run }: RepeatOptions): Repeated {
  const controller = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const runIn = (waitMs: number): void => {
    timer = setTimeout(() => {
      running = run(controller.signal).finally(() => {
        if (!controller.signal.aborted) runIn(everyMs * (1 - random() / 4));
      });
    }, waitMs);
  };
  runIn(initialDelayMs * random());
  return {
    stop() {
      controller.abort();
      clearTimeout(timer);
      return running;
    },
  };
}
