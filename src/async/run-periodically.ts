export interface PeriodicOptions {
  /** The first run begins at a random time within this. */
  initialDelayMs: number;
  /** From the end of a run to the next one, less a random part of up to a quarter. */
  intervalMs: number;
  random: () => number;
  /** Must not throw. `stop` aborts the signal. */
  run: (signal: AbortSignal) => Promise<void>;
}

export interface PeriodicTask {
  /** No more runs; resolves when one that is in progress has ended. */
  stop(): Promise<void>;
}

/** Runs again and again, never twice at a time, and out of step with other processes. */
export function runPeriodically({ initialDelayMs, intervalMs, random, run }: PeriodicOptions): PeriodicTask {
  const controller = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const runIn = (delayMs: number): void => {
    timer = setTimeout(() => {
      running = run(controller.signal).finally(() => {
        if (!controller.signal.aborted) runIn(intervalMs * (1 - random() / 4));
      });
    }, delayMs);
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
