import { SageMakerError } from '../../core/errors.ts';
import type { Actor } from '../../core/history.ts';
import { decideSearch, decideStart, planStart, type StartAttempt, type StartDecision } from '../../core/training/decide-start.ts';
import { startTiming } from '../../core/timing.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { complete, type JobResult, snooze } from '../job-result.ts';
import { applyStart } from './apply-start.ts';
import { findTrainingJob } from './find-training-job.ts';
import { startRun } from './start-run.ts';

interface ResumeStartInput {
  /** A run that is `requested`. */
  run: TrainingRun;
  actor: Actor;
  /** Since when SageMaker has refused the start for a reason that may be permanent. */
  failingSince: number | null;
  signal?: AbortSignal;
}

/**
 * Continues the start of a run that was accepted and has no training yet: SageMaker throttled its request, or the process that received
 * it died. A run whose stop is requested is not started; whether it was is resolved first.
 */
export async function resumeStart(ctx: ServiceContext, input: ResumeStartInput): Promise<JobResult> {
  const { run, decision } = await decide(ctx, input);
  const after = await applyStart(ctx, { run, decision, actor: input.actor });
  const isChangedElsewhere = after === null && decision.kind !== 'leave';
  const followed = isChangedElsewhere ? decideStart(run, { kind: 'lease_lost' }, attemptOf(ctx, input)) : decision;
  if (followed.checkInMs === null) return complete;
  const isSteady = after?.status === 'training' && after.stopRequestedAt === null;
  return { ...snooze(followed.checkInMs, 'failingSince' in followed ? followed.failingSince : null), isSteady };
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
      return { run, decision: decideSearch(run, found, attemptOf(ctx, input)) };
    }
    case 'create': {
      const leased = await ctx.store.runs.acquireStartLease({ trainingJobName: run.trainingJobName, now: ctx.now() });
      if (leased === null) return { run, decision: decideStart(run, { kind: 'lease_lost' }, attemptOf(ctx, input)) };
      const create: CallOptions = { signal, retryThrottles: false };
      const observation = await startRun(ctx, { run: leased, create, search, searchDelaysMs: [] });
      return { run: leased, decision: decideStart(leased, observation, attemptOf(ctx, input)) };
    }
    default:
      return { run, decision: plan };
  }
}

const attemptOf = ({ now, settings, random }: ServiceContext, { failingSince }: ResumeStartInput): StartAttempt => ({
  caller: 'worker',
  now: now(),
  failingSince,
  limits: settings,
  random,
});
