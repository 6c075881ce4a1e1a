import { errorMessage, StoreUnavailableError } from '../../core/errors.ts';
import { hasPassed } from '../../core/instants.ts';
import { isBeingStarted } from '../../core/training/training-run.ts';
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
/** A start that failed for a reason that passes, or for one that is unknown, is left to the run's own check for so long. */
const failedForMs = 60_000;

/** What one process remembers between two rounds, so that it does not repeat at once what has just failed. */
export interface StartLine {
  /** When the starts of these runs failed. What SageMaker refuses, the database knows. */
  failedAt: Map<string, number>;
}

export const newStartLine = (): StartLine => ({ failedAt: new Map() });

type Waiting = { seq: number; trainingJobName: string };

/**
 * Starts the runs that wait for their start, the oldest first, each when the budget of CreateTrainingJob has a turn for it. One process at
 * a time does so, until no run waits. Returns how many starts it attempted. A run that cannot be handled holds up no other one: its error
 * is thrown in the end.
 *
 * After a crash the lease of this task and those of the starts in progress end, and another process continues with them. Meanwhile, and
 * without any such process, the checks of the runs start them.
 */
export async function startWaiting(
  ctx: ServiceContext,
  { line = newStartLine(), signal }: { line?: StartLine; signal?: AbortSignal } = {},
): Promise<number> {
  if ((await ctx.store.runs.listWaitingForStart({ afterSeq: 0, limit: 1, now: ctx.now() })).length === 0) return 0;
  return (await withLease(ctx, { task, work: (renew) => startAll(ctx, { line, renew, signal }) })) ?? 0;
}

interface Pass {
  line: StartLine;
  renew: () => Promise<void>;
  signal?: AbortSignal;
}

async function startAll(ctx: ServiceContext, { line: { failedAt }, renew, signal }: Pass): Promise<number> {
  for (const [name, at] of failedAt) if (hasPassed(at, failedForMs, ctx.now())) failedAt.delete(name);
  const inProgress = new Map<string, Promise<void>>();
  /** Of the database, or of the signal. */
  const failures: unknown[] = [];
  const unhandled: unknown[] = [];
  let attempts = 0;
  /** The list is read on from here. A start that was throttled is the next one again. */
  let afterSeq = 0;

  const startOne = async ({ trainingJobName }: Waiting, turn: StartTurn): Promise<void> => {
    const outcome = await startRunNamed(ctx, { trainingJobName, turn, signal });
    if (outcome === 'throttled') afterSeq = 0;
    if (outcome === 'failed') failedAt.set(trainingJobName, ctx.now());
  };
  const begin = (run: Waiting, turn: StartTurn): void => {
    attempts += 1;
    const started = startOne(run, turn)
      .catch((error: unknown) => {
        if (signal?.aborted || error instanceof StoreUnavailableError) return void failures.push(error);
        failedAt.set(run.trainingJobName, ctx.now());
        unhandled.push(new Error(`${run.trainingJobName}: ${errorMessage(error)}`, { cause: error }));
      })
      .finally(() => inProgress.delete(run.trainingJobName));
    inProgress.set(run.trainingJobName, started);
  };

  const isLeftOut = (name: string): boolean => {
    const at = failedAt.get(name);
    // The lease of one in progress may be released already, before it is known here why.
    return inProgress.has(name) || (at !== undefined && !hasPassed(at, failedForMs, ctx.now()));
  };

  try {
    for (;;) {
      signal?.throwIfAborted();
      if (failures.length > 0) throw failures[0];
      await renew();
      const next = await nextOf(ctx, { afterSeq, isLeftOut });
      if (next === null) {
        if (inProgress.size === 0) {
          if (unhandled.length > 0) throw unhandled[0];
          return attempts;
        }
        await Promise.race(inProgress.values());
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
      if (turn.grantedAt === null || inProgress.size >= maxAtOnce) await Promise.race(inProgress.values());
    }
  } finally {
    await Promise.all(inProgress.values());
  }
}

/** The oldest run after `afterSeq` that waits. */
async function nextOf(
  { store, now }: ServiceContext,
  { afterSeq, isLeftOut }: { afterSeq: number; isLeftOut: (trainingJobName: string) => boolean },
): Promise<Waiting | null> {
  for (let after = afterSeq; ;) {
    const page = await store.runs.listWaitingForStart({ afterSeq: after, limit: pageSize, now: now() });
    const next = page.find(({ trainingJobName }) => !isLeftOut(trainingJobName));
    if (next !== undefined) return next;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return null;
    after = last.seq;
  }
}

async function startRunNamed(
  ctx: ServiceContext,
  { trainingJobName, turn, signal }: { trainingJobName: string; turn: StartTurn; signal?: AbortSignal },
): Promise<'over' | 'throttled' | 'failed'> {
  const run = await ctx.store.runs.find(trainingJobName);
  if (run?.status !== 'requested' || run.stopRequestedAt !== null || run.startRefusedSince !== null) return 'over';
  if (isBeingStarted(run, ctx.now())) return 'over';
  const { result, decision } = await attemptStart(ctx, { run, actor: 'worker', signal, turn });
  if (decision.kind === 'retry' && decision.releaseLease && decision.error.kind === 'throttled') return 'throttled';
  // Its check lies up to a minute ahead, and now is needed sooner.
  if (decision.kind !== 'leave' && result.kind === 'snooze') await enqueueCheck(ctx, { run, delayMs: result.delayMs });
  return decision.kind === 'retry' ? 'failed' : 'over';
}
