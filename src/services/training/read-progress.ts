import { setTimeout as wait } from 'node:timers/promises';
import type { RunProgress } from '../../ports/store.ts';
import type { ServiceContext } from '../context.ts';

export type ReadProgress = (trainingJobName: string) => Promise<RunProgress | undefined>;

/** As RunStore.findProgress takes them. */
const namesAtOnce = 100;
/** A worker fetches jobs one after the other, each with a round trip to Redis: within this time as many as it takes at once. */
const gatherMs = 5;

interface Read {
  names: string[];
  runs: Promise<RunProgress[]>;
}

/**
 * Reads runs for the checks of a process, many of which come due together: those that ask while a read is on its way share the next one.
 * What a caller gets was read after it asked. A read that fails fails for those, too, which have waited as long.
 */
export function createProgressReader({ store }: Pick<ServiceContext, 'store'>): ReadProgress {
  /** The last of those that have begun or wait; null when none does. */
  let last: Read | null = null;
  /** It has not begun. */
  let next: Read | null = null;

  const add = (): Read => {
    const names: string[] = [];
    const before: Promise<unknown> = last?.runs ?? wait(gatherMs);
    const read: Read = {
      names,
      runs: before
        .then(() => {
          if (next === read) next = null;
          return store.runs.findProgress(names);
        })
        .finally(() => {
          if (next === read) next = null;
          if (last === read) last = null;
        }),
    };
    last = read;
    next = read;
    return read;
  };

  return async (trainingJobName) => {
    const read = next === null || next.names.length === namesAtOnce ? add() : next;
    read.names.push(trainingJobName);
    const inLowerCase = trainingJobName.toLowerCase();
    const runs = await read.runs;
    return (
      runs.find((run) => run.trainingJobName === trainingJobName) ??
      runs.find((run) => run.trainingJobName.toLowerCase() === inLowerCase)
    );
  };
}
