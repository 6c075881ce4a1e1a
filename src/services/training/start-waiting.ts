import { hasPassed } from '../../core/instants.ts';
import type { StartTurn } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { enqueueCheck } from '../enqueue.ts';
import { withLease } from '../system/with-lease.ts';
import { attemptStart } from './resume-start.ts';

const task = 'start-waiting';
const pageSize = 20;
/** How long one process waits for a turn before it renews the lease and reads the next runs again. */
const turnMs = 5_000;
const maxAtOnce = 20;
/** A run whose start SageMaker refuses is left to its own check, which knows for how long that has lasted. */
const refusedForMs = 60_000;

type Waiting = { seq: number; trainingJobName: string };

/**
 * Starts the runs that wait for their start, the oldest first, each when the budget of CreateTrainingJob has a turn for it. One process at
 * a time does so, until no run waits. Returns how many starts it attempted.
 *
 * After a crash the lease ends, and another process continues. Meanwhile, and without any such process, the checks of the runs start them.
 */
export async function startWaiting(ctx: ServiceContext, { signal }: { signal?: AbortSignal } = {}): Promise<number> {
  if ((await ctx.store.runs.listWaitingForStart({ afterSeq: 0, limit: 1 })).length === 0) return 0;
  return (await withLease(ctx, { task, work: (renew) => startAll(ctx, { renew, signal }) })) ?? 0;
}

interface Pass {
  renew: () => Promise<void>;
  signal?: AbortSignal;
}

async function startAll(ctx: ServiceContext, { renew, signal }: Pass): Promise<number> {
  /** When each was refused. */
  const refused = new Map<string, number>();
  const inProgress = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let attempts = 0;
  /** The list is read on from here. A start that was throttled is the next one again. */
  let afterSeq = 0;

  const startOne = async ({ trainingJobName }: Waiting, turn: StartTurn): Promise<void> => {
    const outcome = await startRunNamed(ctx, { trainingJobName, turn, signal });
    if (outcome === 'throttled') afterSeq = 0;
    if (outcome === 'refused') refused.set(trainingJobName, ctx.now());
  };
  const begin = (run: Waiting, turn: StartTurn): void => {
    attempts += 1;
    const started = startOne(run, turn)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => inProgress.delete(started));
    inProgress.add(started);
  };

  try {
    for (;;) {
      signal?.throwIfAborted();
      if (failures.length > 0) throw failures[0];
      await renew();
      const next = await nextOf(ctx, afterSeq, refused);
      if (next === null) {
        if (inProgress.size === 0) return attempts;
        await Promise.race(inProgress);
        afterSeq = 0;
        continue;
      }
      afterSeq = next.seq;
      const turn = await ctx.sagemaker.awaitStartTurn({ maxWaitMs: turnMs, signal });
      if (turn === null) {
        afterSeq = 0;
        continue;
      }
      begin(next, turn);
      // Without a budget each start waits for the one before.
      if (turn.grantedAt === null || inProgress.size >= maxAtOnce) await Promise.race(inProgress);
    }
  } finally {
    await Promise.all(inProgress);
  }
}

/** The oldest run after `afterSeq` that waits and was not refused lately. */
async function nextOf({ store, now }: ServiceContext, afterSeq: number, refused: Map<string, number>): Promise<Waiting | null> {
  for (let after = afterSeq; ;) {
    const page = await store.runs.listWaitingForStart({ afterSeq: after, limit: pageSize });
    const next = page.find(({ trainingJobName }) => {
      const at = refused.get(trainingJobName);
      return at === undefined || hasPassed(at, refusedForMs, now());
    });
    if (next !== undefined) return next;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return null;
    after = last.seq;
  }
}

async function startRunNamed(
  ctx: ServiceContext,
  { trainingJobName, turn, signal }: { trainingJobName: string; turn: StartTurn; signal?: AbortSignal },
): Promise<'over' | 'throttled' | 'refused'> {
  const run = await ctx.store.runs.find(trainingJobName);
  if (run?.status !== 'requested' || run.startAttemptedAt !== null || run.stopRequestedAt !== null) return 'over';
  const { result, decision } = await attemptStart(ctx, { run, actor: 'worker', failingSince: null, signal, turn });
  if (decision.kind === 'mark_started' && result.kind === 'snooze') await enqueueCheck(ctx, { run, delayMs: result.delayMs });
  if (decision.kind !== 'retry') return 'over';
  return decision.error.kind === 'throttled' && decision.releaseLease ? 'throttled' : 'refused';
}
