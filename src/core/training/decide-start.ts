/**
 * How a run gets its training: pure functions of the run, what was observed, who asks and the instant. The services carry the decisions
 * out (ARCHITECTURE.md#principles).
 */
import { advised } from '../sagemaker/missing-permission.ts';
import { refusalKind } from '../deployment/endpoint-failure.ts';
import { isTransient } from '../decide-retry.ts';
import type { SageMakerError } from '../errors.ts';
import type { FailureKind } from '../failure-kind.ts';
import { minRetryDelayMs, pollDelayMs, retryDelayMs } from '../retry-delay.ts';
import { retryBudgets, startTiming } from '../timing.ts';
import { confirmRetryBudget } from './confirm-retry-budget.ts';
import type { TrainingLimits } from './decide-training.ts';
import type { FoundTrainingJob } from './match-job.ts';
import type { StartObservation } from './observe-start.ts';
import { indeterminateStart, rejectedStart, type StartRefusal } from './start-refusal.ts';
import { isBeingStarted, type TrainingOutcome, type TrainingRun, toOutcome } from './training-run.ts';

export interface StartAttempt {
  /** `request`: a caller waits for the outcome. `worker`: a check of the run. */
  caller: 'request' | 'worker';
  now: number;
  limits: TrainingLimits;
  random: () => number;
}

/** `checkInMs`: when a worker checks the run next; null when nothing is left to check. */
export type StartDecision = { checkInMs: number | null } & (
  | { kind: 'mark_started'; arn: string; detail: string }
  /** Changes nothing. `error`: SageMaker could not be searched for the training. */
  | { kind: 'leave'; error: SageMakerError | null }
  /**
   * Attempts the start again. `releaseLease`: no training exists, so another process may do so at once. `refusedSince` is what to record as
   * the run's `startRefusedSince`.
   */
  | { kind: 'retry'; error: SageMakerError; releaseLease: boolean; refusedSince: number | null; overdueSince: number | null }
  /** Deletes the run, which has no training. `refusal`: what the caller of the request receives. */
  | { kind: 'discard'; refusal: StartRefusal | null }
  /** Keeps the run for the repetition of its request and for the workers; the caller receives the refusal. */
  | { kind: 'keep'; refusal: StartRefusal; error: SageMakerError }
  /** Has a worker stop the training if there is one; the caller receives the refusal. */
  | { kind: 'abandon'; refusal: StartRefusal; error: SageMakerError }
  /** Requests the stop of the training that an earlier attempt may have created. A search that works again ends the run. */
  | { kind: 'cancel'; error: SageMakerError; failureReason: string; failureKind: FailureKind }
  /** Ends the run, which has no training. */
  | { kind: 'finish'; outcome: TrainingOutcome }
);

/** Another attempt to start a run needs this long for its response. It is short beside a training. */
const leaseRecheckMs = 1000;

/**
 * What a check of a `requested` run begins with. `search`: an attempt was made whose outcome is open, or a stop is requested, so the check
 * looks for a training that exists already. Otherwise it makes an attempt itself.
 */
export function planStart(
  run: Pick<
    TrainingRun,
    'status' | 'startAttemptedAt' | 'startUnresolvedAt' | 'stopRequestedAt' | 'failureReason' | 'failureKind'
  >,
  now: number,
): 'create' | 'search' | StartDecision {
  // A released lease says that its own attempt created no training. An earlier one may have.
  if (run.stopRequestedAt !== null && run.startAttemptedAt === null && run.startUnresolvedAt === null) return endOfStopped(run);
  return run.stopRequestedAt !== null || isBeingStarted(run, now) ? 'search' : 'create';
}

/** What follows from an attempt. `run`: as it was when the attempt began, with its start lease. */
export function decideStart(run: TrainingRun, observation: StartObservation, attempt: StartAttempt): StartDecision {
  const { caller, limits, random } = attempt;
  const pollMs = pollDelayMs(limits.pollIntervalMs, random);
  switch (observation.kind) {
    case 'started':
      return { kind: 'mark_started', arn: observation.arn, detail: 'started', checkInMs: pollMs };
    case 'found':
      return { kind: 'mark_started', arn: observation.arn, detail: 'found to be started already', checkInMs: pollMs };
    case 'lease_lost':
      return leave({ checkInMs: caller === 'request' ? 0 : leaseRecheckMs });
    case 'name_conflict': {
      const { error } = observation;
      if (caller === 'worker') return fail(error);
      return { kind: 'discard', refusal: { code: 'training_job_exists', message: error.message }, checkInMs: null };
    }
    case 'rejected':
      return caller === 'worker' ? retryInWorker(run, observation, attempt) : rejectedInRequest(run, observation.error, random);
    case 'rejected_unresolved':
    case 'indeterminate':
      return caller === 'worker' ? retryInWorker(run, observation, attempt) : indeterminateInRequest(run, observation.error);
  }
}

/** What follows from a search for the training of a run that must not be started now (planStart). */
export function decideSearch(
  run: TrainingRun,
  found: FoundTrainingJob | { kind: 'error'; error: SageMakerError },
  { now, limits, random }: Omit<StartAttempt, 'caller'>,
): StartDecision {
  const isStopping = run.stopRequestedAt !== null;
  const since = Math.min(run.startRefusedSince ?? now, run.startAttemptedAt ?? run.stopRequestedAt ?? now);
  const retryMs = retryDelayMs(now - since, random);
  if (found.kind === 'own') {
    return isStopping
      ? { kind: 'mark_started', arn: found.arn, detail: 'found to be started, and to be stopped', checkInMs: 0 }
      : {
          kind: 'mark_started',
          arn: found.arn,
          detail: 'found to be started already',
          checkInMs: pollDelayMs(limits.pollIntervalMs, random),
        };
  }
  if (found.kind === 'error') return leave({ checkInMs: retryMs, error: found.error });
  // The request of another attempt may still arrive.
  if (isBeingStarted(run, now)) return leave({ checkInMs: Math.min(retryMs, leaseLeftMs(run, now)) });
  if (!isStopping) return leave({ checkInMs: 0 });
  if (found.kind === 'untagged') return leave({ checkInMs: minRetryDelayMs });
  return run.abandonedAt === null ? endOfStopped(run) : { kind: 'discard', refusal: null, checkInMs: null };
}

/** Never longer than a lease: one in the future was acquired by a clock that was ahead. */
const leaseLeftMs = ({ startAttemptedAt }: TrainingRun, now: number): number =>
  Math.min(Math.max(0, (startAttemptedAt ?? 0) + startTiming.leaseMs - now), startTiming.leaseMs);

const leave = ({ error = null, checkInMs }: { checkInMs: number; error?: SageMakerError | null }): StartDecision => ({
  kind: 'leave',
  error,
  checkInMs,
});

function rejectedInRequest(
  { overdueSince, startRefusedSince }: TrainingRun,
  error: SageMakerError,
  random: () => number,
): StartDecision {
  if (error.kind !== 'throttled') return { kind: 'discard', refusal: rejectedStart(error), checkInMs: null };
  const checkInMs = Math.round(minRetryDelayMs * (1 + random()));
  return { kind: 'retry', error, releaseLease: true, refusedSince: startRefusedSince, overdueSince, checkInMs };
}

/** The training may cost money: the repetition of a request with a key returns this run, and without a key nothing else would find it. */
function indeterminateInRequest(run: TrainingRun, error: SageMakerError): StartDecision {
  if (error.kind === 'throttled') {
    const { overdueSince, startRefusedSince: refusedSince } = run;
    return { kind: 'retry', error, releaseLease: false, refusedSince, overdueSince, checkInMs: minRetryDelayMs };
  }
  const refusal = indeterminateStart(run, error);
  return { kind: run.idempotencyKey === null ? 'abandon' : 'keep', refusal, error, checkInMs: startTiming.leaseMs };
}

/** Where this attempt may have created the training, only a response of SageMaker that there is none ends the run. */
function retryInWorker(
  run: TrainingRun,
  { kind, error }: Extract<StartObservation, { kind: 'rejected' | 'rejected_unresolved' | 'indeterminate' }>,
  { now, limits, random }: StartAttempt,
): StartDecision {
  const isRejected = kind !== 'indeterminate';
  const { startRefusedSince } = run;
  const isRefused = isRejected && !isTransient(error.kind);
  const refusedSince = isRefused ? Math.min(startRefusedSince ?? now, now) : startRefusedSince;
  const forMs = now - (isRefused && refusedSince !== null ? refusedSince : Math.min(run.createdAt, now));
  // A search that fails once is no reason to stop a training that may run.
  const budgetOf = kind === 'rejected_unresolved' && retryBudgets[error.kind] === 0 ? 'unknown' : error.kind;
  const budget = isRejected
    ? confirmRetryBudget(run, { kind: budgetOf, message: error.message }, { forMs, now, limits })
    : { ...run, isSpent: false };
  if (budget.isSpent) return kind === 'rejected_unresolved' ? cancel(error, retryDelayMs(0, random)) : fail(error);
  return {
    kind: 'retry',
    error,
    releaseLease: isRejected,
    // A throttled attempt says nothing about the reason for which an earlier one was rejected.
    refusedSince,
    overdueSince: isRefused || startRefusedSince === null ? budget.overdueSince : (budget.overdueSince ?? run.overdueSince),
    checkInMs: Math.max(retryDelayMs(forMs, random), isRejected ? 0 : minRetryDelayMs),
  };
}

const cancel = (error: SageMakerError, checkInMs: number): StartDecision => ({
  kind: 'cancel',
  error,
  ...whyRefused(error),
  checkInMs,
});

const finish = (outcome: Pick<TrainingOutcome, 'status'> & Partial<TrainingOutcome>): StartDecision => ({
  kind: 'finish',
  outcome: toOutcome(outcome),
  checkInMs: null,
});

/** One whose start a worker canceled keeps the reason. */
const endOfStopped = ({ failureReason, failureKind }: Pick<TrainingRun, 'failureReason' | 'failureKind'>): StartDecision =>
  failureReason === null
    ? finish({ status: 'stopped', failureReason: 'stopped before the training was started' })
    : finish({ status: 'failed', failureReason, failureKind });

const fail = (error: SageMakerError): StartDecision => finish({ status: 'failed', ...whyRefused(error) });

function whyRefused({ kind, message }: SageMakerError): { failureReason: string; failureKind: FailureKind } {
  const failureKind = refusalKind(kind, message);
  return { failureReason: advised(message, failureKind), failureKind };
}
