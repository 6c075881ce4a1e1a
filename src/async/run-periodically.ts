import { atTick, tickMs } from './ticks.ts';

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
  let cancel: () => void;
  const begin = (): void => {
    running = run(controller.signal).finally(() => {
      if (!controller.signal.aborted) cancel = startAt(nextStart(performance.now(), intervalMs, random), begin);
    });
  };
  cancel = startAt({ at: performance.now() + initialDelayMs * random() }, begin);
  return {
    stop() {
      controller.abort();
      cancel();
      return running;
    },
  };
}

/** By the monotonic clock. */
type Start = { at: number } | { tick: number };

/** A timer ends up to a millisecond early or late. */
const toleranceMs = 2;

/** At a tick if one lies within the last quarter of the interval: tasks of a process that begin together wake it, and the database, once. */
export function nextStart(now: number, intervalMs: number, random: () => number): Start {
  const latest = now + intervalMs;
  const earliest = latest - intervalMs / 4;
  const at = latest - (intervalMs / 4) * random();
  const before = Math.floor((at + toleranceMs) / tickMs);
  if (before * tickMs >= earliest) return { tick: before };
  return (before + 1) * tickMs <= latest + toleranceMs ? { tick: before + 1 } : { at };
}

function startAt(start: Start, begin: () => void): () => void {
  if ('tick' in start) return atTick(start.tick, begin);
  const timer = setTimeout(begin, Math.max(0, start.at - performance.now()));
  return () => clearTimeout(timer);
}
