import { SageMakerError } from '../../core/errors.ts';
import type { Actor } from '../../core/history.ts';
import { decideSearch, decideStart, planStart, type StartAttempt, type StartDecision } from '../../core/training/decide-start.ts';
import { startTiming } from '../../core/timing.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { CallOptions, StartTurn } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { complete, type JobResult, snooze } from '../job-result.ts';
import { applyStart } from './apply-start.ts';
import { findTrainingJob } from './find-training-job.ts';
import { startRun } from './start-run.ts';

interface ResumeStartInput {
  /** A run that is `requested`. */
  run: TrainingRun;
  actor: Actor;
  signal?: AbortSignal;
  /** The turn that the run has in the budget of CreateTrainingJob. Without one, runs that wait for longer go first. */
  turn?: StartTurn;
}

/**
 * Continues the start of a run that was accepted and has no training yet: SageMaker throttled its request, or the process that received
 * it died. A run whose stop is requested is not started; whether it was is resolved first.
 */
export async function resumeStart(ctx: ServiceContext, input: ResumeStartInput): Promise<JobResult> {
  return (await attemptStart(ctx, input)).result;
}

/** The same, with what was decided. */
export async function attemptStart(
  ctx: ServiceContext,
  input: ResumeStartInput,
): Promise<{ result: JobResult; decision: StartDecision }> {
  const { run, decision } = await decide(ctx, input);
  const after = await applyStart(ctx, { run, decision, actor: input.actor });
  const isChangedElsewhere = after === null && decision.kind !== 'leave';
  const followed = isChangedElsewhere ? decideStart(run, { kind: 'lease_lost' }, attemptOf(ctx)) : decision;
  if (followed.checkInMs === null) return { result: complete, decision: followed };
  const isSteady = after?.status === 'training' && after.stopRequestedAt === null;
  const failingSince =
    followed.kind === 'mark_started' ? null : 'refusedSince' in followed ? followed.refusedSince : run.startRefusedSince;
  return { result: { ...snooze(followed.checkInMs, failingSince), isSteady }, decision: followed };
}

async function decide(ctx: ServiceContext, input: ResumeStartInput): Promise<{ run: TrainingRun; decision: StartDecision }> {
  const { run, signal } = input;
  const search: CallOptions & { maxWaitMs: number } = { signal, maxWaitMs: startTiming.searchInWorkerMs, retryThrottles: false };
  const plan = planStart(run, ctx.now());
  switch (plan) {
    case 'search': {
      const found = await findTrainingJob(ctx, { run, options: search }).catch((error: unknown) => {
        if (!(error instanceof SageMakerError)) throw error;
        return { kind: 'error', error } as const;
      });
      return { run, decision: decideSearch(run, found, attemptOf(ctx)) };
    }
    case 'create': {
      if (input.turn === undefined && (await isFarFromItsTurn(ctx, run))) return { run, decision: waitForTurn(ctx) };
      const leased = await ctx.store.runs.acquireStartLease({ trainingJobName: run.trainingJobName, now: ctx.now() });
      if (leased === null) return { run, decision: decideStart(run, { kind: 'lease_lost' }, attemptOf(ctx)) };
      const create: CallOptions = { signal, retryThrottles: false, turn: turnOf(input) };
      const observation = await startRun(ctx, { run: leased, create, search, searchDelaysMs: [] });
      return { run: leased, decision: decideStart(leased, observation, attemptOf(ctx)) };
    }
    default:
      return { run, decision: plan };
  }
}

/** One that is refused has left the line, and takes only what that leaves: very many of them must hold up no other run. */
function turnOf({ run, turn }: ResumeStartInput): CallOptions['turn'] {
  if (turn !== undefined) return { kind: 'granted', turn };
  return { kind: run.startRefusedSince === null ? 'queued' : 'spare', longestWaitMs: startTiming.turnOfCheckMs };
}

/** So many runs may be started by their checks, when nothing else starts them (start-waiting.ts). */
const nextOnes = 5;

async function isFarFromItsTurn({ store, now }: ServiceContext, run: TrainingRun): Promise<boolean> {
  if (run.startAttemptedAt !== null || run.startRefusedSince !== null) return false;
  const next = await store.runs.listWaitingForStart({ afterSeq: 0, limit: nextOnes, now: now() });
  return next.length === nextOnes && next.every(({ seq }) => seq < run.seq);
}

const waitForTurn = ({ random }: ServiceContext): StartDecision => ({
  kind: 'leave',
  error: null,
  checkInMs: Math.round(startTiming.waitingRecheckMs * (1 - random() / 4)),
});

const attemptOf = ({ now, settings, random }: ServiceContext): StartAttempt => ({
  caller: 'worker',
  now: now(),
  limits: settings,
  random,
});
