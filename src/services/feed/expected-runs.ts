import { setTimeout as delay } from 'node:timers/promises';
import type { RunProgress } from '../../ports/store.ts';
import type { ServiceContext } from '../context.ts';

const pageSize = 1000;
const namesAtOnce = 100;

interface Expected {
  /** By `seq`: a number a run is all that a walk holds of the fleet. */
  expected: Set<number>;
  oldestCreatedAt: number | null;
}

/** The runs in progress that a walk through the list should meet: those that SageMaker had before it began. */
export async function expectedRuns(
  ctx: ServiceContext,
  { startedAt, signal }: { startedAt: number; signal?: AbortSignal },
): Promise<Expected> {
  const expected = new Set<number>();
  let oldestCreatedAt: number | null = null;
  for await (const runs of unfinished(ctx, signal)) {
    for (const { seq, status, trainingSinceAt, createdAt } of runs) {
      if (status !== 'training' || trainingSinceAt === null || trainingSinceAt >= startedAt) continue;
      expected.add(seq);
      oldestCreatedAt = Math.min(oldestCreatedAt ?? createdAt, createdAt);
    }
  }
  return { expected, oldestCreatedAt };
}

/** Those of the runs that are still in progress, some at once. */
export async function* namesOf(
  ctx: ServiceContext,
  { seqs, signal }: { seqs: ReadonlySet<number>; signal?: AbortSignal },
): AsyncGenerator<RunProgress[]> {
  if (seqs.size === 0) return;
  for await (const runs of unfinished(ctx, signal)) {
    const names = runs.filter(({ seq }) => seqs.has(seq)).map(({ trainingJobName }) => trainingJobName);
    for (let start = 0; start < names.length; start += namesAtOnce) {
      const progress = await ctx.store.runs.findProgress(names.slice(start, start + namesAtOnce));
      yield progress.filter(({ seq, status }) => seqs.has(seq) && status === 'training');
    }
  }
}

async function* unfinished({ store }: ServiceContext, signal: AbortSignal | undefined) {
  for (let afterSeq = 0; ;) {
    signal?.throwIfAborted();
    const runs = await store.runs.listUnfinished({ afterSeq, limit: pageSize });
    yield runs;
    const last = runs.at(-1);
    if (last === undefined || runs.length < pageSize) return;
    afterSeq = last.seq;
    // Lets other work of the process run between pages.
    await delay(0);
  }
}
