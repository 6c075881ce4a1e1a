import { runPeriodically } from '../async/run-periodically.ts';

const flushIntervalMs = 5000;

/** Counts of this process, which are added to those that all processes share. A process that is killed loses those of a few seconds. */
export interface SharedCounts<Row> {
  add: (row: Row) => void;
  /** Adds what was counted since the last time; what can't be added is kept for the next. Never fails. */
  flush: () => Promise<void>;
  /** Ends the regular flushes, with a last one. */
  stop: () => Promise<void>;
}

interface SharedCountsOptions<Row> {
  /** Of the counter: rows with the same key are one. */
  keyOf: (row: Row) => string;
  plus: (one: Row, other: Row) => Row;
  send: (rows: readonly Row[]) => Promise<void>;
  /** What was counted stays in this process until the next flush. */
  onFailure: (error: unknown) => void;
  random: () => number;
}

export function shareCounts<Row>({ keyOf, plus, send, onFailure, random }: SharedCountsOptions<Row>): SharedCounts<Row> {
  const counts = new Map<string, Row>();
  let flushing: Promise<void> = Promise.resolve();

  const add = (row: Row): void => {
    const key = keyOf(row);
    const before = counts.get(key);
    counts.set(key, before === undefined ? row : plus(before, row));
  };
  const sendAll = async (): Promise<void> => {
    const rows = [...counts.values()];
    if (rows.length === 0) return;
    counts.clear();
    try {
      await send(rows);
    } catch (error) {
      onFailure(error);
      for (const row of rows) add(row);
    }
  };
  const flush = (): Promise<void> => (flushing = flushing.then(sendAll));
  const flushes = runPeriodically({ initialDelayMs: flushIntervalMs, intervalMs: flushIntervalMs, random, run: flush });

  return {
    add,
    flush,
    async stop() {
      await flushes.stop();
      await flush();
    },
  };
}
