import { describe, expect, it } from 'vitest';
import { type SageMakerErrorKind, SageMakerError } from '../../src/core/errors.ts';
import { startTiming } from '../../src/core/timing.ts';
import { decideSearch, decideStart, planStart, type StartAttempt } from '../../src/core/training/decide-start.ts';
import {
  mayAppear,
  observeExisting,
  observeFailedSearch,
  observeStartError,
  type StartObservation,
} from '../../src/core/training/observe-start.ts';
import type { TrainingRun } from '../../src/core/training/training-run.ts';
import { aRun, at, hour, minute } from './samples.ts';

const limits = { maxTrainingWaitMs: 48 * hour, pollIntervalMs: minute };
const arn = 'arn:job';

const aRequest = (fields: Partial<TrainingRun> = {}): TrainingRun =>
  aRun({ status: 'requested', trainingJobArn: null, trainingSinceAt: null, ...fields });

const anError = (kind: SageMakerErrorKind, fields: { effect?: 'none' | 'unknown'; message?: string } = {}): SageMakerError =>
  new SageMakerError({
    kind,
    operation: 'CreateTrainingJob',
    resource: null,
    message: 'words',
    effect: 'none',
    possiblyInFlight: false,
    code: 'Code',
    requestId: null,
    ...fields,
  });

const decide = (observation: StartObservation, run: Partial<TrainingRun> = {}, attempt: Partial<StartAttempt> = {}) =>
  decideStart(aRequest(run), observation, {
    caller: 'request',
    now: at,
    limits,
    random: () => 0,
    ...attempt,
  });

describe('planStart', () => {
  it.each<[string, Partial<TrainingRun>, unknown]>([
    ['a run that no process attempts to start', { startAttemptedAt: null }, 'create'],
    ['a run whose start lease is over', { startAttemptedAt: at - startTiming.leaseMs }, 'create'],
    ['a run whose start lease was acquired by a clock ahead', { startAttemptedAt: at + startTiming.leaseMs }, 'create'],
    ['a run whose start lease holds', { startAttemptedAt: at - startTiming.leaseMs + 1 }, 'search'],
    ['a stop of a run that may have been started', { startAttemptedAt: at - hour, stopRequestedAt: at }, 'search'],
    [
      'a stop of a run whose last attempt was rejected, after one whose outcome is open',
      { startAttemptedAt: null, startAttempts: 2, startUnresolvedAt: at - hour, stopRequestedAt: at },
      'search',
    ],
    [
      'a stop of a run whose attempts were all rejected',
      { startAttemptedAt: null, startAttempts: 2, stopRequestedAt: at },
      expect.objectContaining({ kind: 'finish', outcome: expect.objectContaining({ status: 'stopped', failureKind: null }) }),
    ],
    [
      'a run that was canceled up and is known to have no training',
      { startAttemptedAt: null, stopRequestedAt: at, failureReason: 'denied', failureKind: 'access_denied' },
      expect.objectContaining({
        kind: 'finish',
        outcome: expect.objectContaining({ status: 'failed', failureReason: 'denied', failureKind: 'access_denied' }),
      }),
    ],
    [
      'a stop of a run that was never started',
      { startAttemptedAt: null, stopRequestedAt: at },
      expect.objectContaining({ kind: 'finish', outcome: expect.objectContaining({ status: 'stopped', failureKind: null }) }),
    ],
  ])('decides about %s', (_, run, plan) => {
    expect(planStart(aRequest(run), at)).toEqual(plan);
  });
});

describe('observeStartError', () => {
  it('takes a refusal for a rejection, and searches after a lost response or "already exists"', () => {
    const refused = anError('invalid');
    const first = aRequest({ startAttempts: 1 });
    expect(observeStartError(first, refused)).toEqual({ kind: 'rejected', error: refused });
    expect(observeStartError(first, anError('unavailable', { effect: 'unknown' }))).toBeNull();
    expect(observeStartError(first, anError('already_exists'))).toBeNull();
  });

  it('searches after a later attempt is rejected for good, where an earlier one may have succeeded', () => {
    const later = aRequest({ startAttempts: 2, startUnresolvedAt: at - hour });
    expect(observeStartError(later, anError('invalid'))).toBeNull();
    expect(observeStartError(later, anError('throttled'))).toMatchObject({ kind: 'rejected_unresolved' });
  });

  it('takes a later refusal for a rejection where all earlier attempts were rejected', () => {
    const later = aRequest({ startAttempts: 2 });
    expect(observeStartError(later, anError('invalid'))).toMatchObject({ kind: 'rejected' });
    expect(observeStartError(later, anError('throttled'))).toMatchObject({ kind: 'rejected' });
    expect(observeStartError(later, anError('already_exists'))).toBeNull();
  });
});

describe('observeFailedSearch', () => {
  it('leaves a rejection one of its own attempt, and reports why an existing job is not shown', () => {
    const [denied, failure] = [anError('access_denied'), anError('throttled')];
    const lost = anError('unavailable', { effect: 'unknown' });
    expect(observeFailedSearch(denied, failure)).toEqual({ kind: 'rejected_unresolved', error: denied });
    expect(observeFailedSearch(lost, failure)).toEqual({ kind: 'indeterminate', error: lost });
    expect(observeFailedSearch(anError('already_exists'), failure)).toEqual({ kind: 'indeterminate', error: failure });
  });
});

describe('observeExisting', () => {
  const exists = anError('already_exists');
  const existsAfterRetry = anError('already_exists', { effect: 'unknown' });
  const lost = anError('unavailable', { effect: 'unknown' });
  const [first, second] = [aRequest({ startAttempts: 1 }), aRequest({ startAttempts: 2 })];

  it.each([
    ['own after a lost response', first, lost, 'own', 'found', false],
    ['missing after a lost response', first, lost, 'missing', 'indeterminate', false],
    ['foreign after a lost response', first, lost, 'foreign', 'indeterminate', false],
    ['own after a rejection', second, anError('invalid'), 'own', 'found', false],
    ['missing after a rejection', second, anError('invalid'), 'missing', 'rejected', false],
    ['own, that exists', second, exists, 'own', 'found', false],
    ['missing, that exists, in the first attempt', first, exists, 'missing', 'name_conflict', false],
    ['untagged, that exists, in the first attempt', first, exists, 'untagged', 'name_conflict', false],
    ['missing, that exists, after a retry of the call', first, existsAfterRetry, 'missing', 'indeterminate', true],
    ['missing, that exists, in a later attempt', second, exists, 'missing', 'indeterminate', true],
    ['untagged, that exists, in a later attempt', second, exists, 'untagged', 'indeterminate', true],
    ['foreign, that exists, in a later attempt', second, exists, 'foreign', 'name_conflict', false],
  ] as const)('decides about a job that is %s', (_, run, error, kind, observed, mayShow) => {
    const found = kind === 'own' ? { kind, arn } : { kind };
    expect(observeExisting(run, error, found).kind).toBe(observed);
    expect(mayAppear(run, error, found)).toBe(mayShow);
  });

  it('reports a job that exists and is not visible as unavailable, with what SageMaker says', () => {
    expect(observeExisting(second, exists, { kind: 'missing' })).toMatchObject({
      error: { kind: 'unavailable', message: 'SageMaker reports that job exists, and does not show it and its tags yet' },
    });
  });
});

describe('decideStart for a request', () => {
  it('marks the run as started, and polls it after an interval', () => {
    expect(decide({ kind: 'started', arn })).toEqual({ kind: 'mark_started', arn, detail: 'started', checkInMs: minute });
    expect(decide({ kind: 'found', arn })).toMatchObject({ kind: 'mark_started', arn, checkInMs: minute });
  });

  it('leaves the run to another process that has its lease', () => {
    expect(decide({ kind: 'lease_lost' })).toEqual({ kind: 'leave', error: null, checkInMs: 0 });
  });

  it('accepts a throttled request, and releases the lease for a worker', () => {
    expect(decide({ kind: 'rejected', error: anError('throttled') })).toMatchObject({
      kind: 'retry',
      releaseLease: true,
      checkInMs: 500,
    });
  });

  it.each([
    ['quota', 'quota_exceeded', /^words$/],
    ['invalid', 'sagemaker_rejected', /^words$/],
    ['access_denied', 'sagemaker_rejected', /^words$/],
    ['not_found', 'sagemaker_rejected', /^words$/],
    ['unknown', 'sagemaker_rejected', /^words$/],
    ['unavailable', 'sagemaker_unavailable', /^SageMaker is unavailable; nothing was started: words$/],
    ['busy', 'sagemaker_unavailable', /nothing was started/],
    ['unauthenticated', 'sagemaker_unavailable', /^Nothing was started: the service's own AWS credentials are refused by AWS/],
  ] as const)('discards a run whose start is rejected as %s', (kind, code, message) => {
    const decision = decide({ kind: 'rejected', error: anError(kind) }, { idempotencyKey: 'key' });
    expect(decision).toMatchObject({
      kind: 'discard',
      refusal: { code, message: expect.stringMatching(message) },
      checkInMs: null,
    });
  });

  it("discards a run whose name another training has, with SageMaker's text", () => {
    expect(decide({ kind: 'name_conflict', error: anError('already_exists') })).toMatchObject({
      kind: 'discard',
      refusal: { code: 'training_job_exists', message: 'words' },
    });
  });

  const indeterminate: StartObservation = { kind: 'indeterminate', error: anError('unavailable', { effect: 'unknown' }) };

  it('keeps an indeterminate run of a request with a key, which its repetition returns', () => {
    expect(decide(indeterminate, { idempotencyKey: 'key' })).toMatchObject({
      kind: 'keep',
      refusal: { code: 'sagemaker_unavailable', message: expect.stringContaining('repeat the Idempotency-Key') },
      checkInMs: startTiming.leaseMs,
    });
  });

  it('abandons an indeterminate run of a request without a key', () => {
    expect(decide(indeterminate)).toMatchObject({
      kind: 'abandon',
      refusal: { code: 'sagemaker_unavailable', message: expect.stringContaining('If it is, a worker stops it') },
      checkInMs: startTiming.leaseMs,
    });
  });

  it('accepts an indeterminate run where SageMaker throttles, and keeps the lease', () => {
    const error = anError('throttled', { effect: 'unknown' });
    expect(decide({ kind: 'indeterminate', error })).toMatchObject({ kind: 'retry', releaseLease: false, checkInMs: 500 });
  });
});

describe('decideStart for a worker', () => {
  const inWorker = (observation: StartObservation, run: Partial<TrainingRun> = {}, attempt: Partial<StartAttempt> = {}) =>
    decide(observation, run, { caller: 'worker', ...attempt });

  it('waits for another process that has the lease', () => {
    expect(inWorker({ kind: 'lease_lost' })).toEqual({ kind: 'leave', error: null, checkInMs: 1000 });
  });

  it('retries what passes, counted from the request, with growing delays', () => {
    const decision = inWorker({ kind: 'rejected', error: anError('throttled') }, {}, { now: at + minute, random: () => 0.5 });
    expect(decision).toMatchObject({ kind: 'retry', releaseLease: true, refusedSince: null, checkInMs: minute / 2 });
  });

  it('retries what may be permanent, counted from its first error', () => {
    const denied: StartObservation = { kind: 'rejected', error: anError('access_denied') };
    expect(inWorker(denied, {}, { now: at + hour })).toMatchObject({ kind: 'retry', refusedSince: at + hour });
    const refused = { startRefusedSince: at + hour - 5 * minute };
    const later = { now: at + hour };
    expect(inWorker(denied, refused, later)).toMatchObject({ kind: 'retry', overdueSince: at + hour });
    expect(inWorker(denied, { ...refused, overdueSince: at + hour - minute }, later)).toMatchObject({
      kind: 'finish',
      outcome: { status: 'failed', failureReason: 'words', failureKind: 'access_denied' },
    });
  });

  it('fails a run that is rejected for good, and one whose name another training has', () => {
    const failed = { kind: 'finish', outcome: { status: 'failed', failureReason: 'words' }, checkInMs: null };
    expect(inWorker({ kind: 'rejected', error: anError('invalid') })).toMatchObject(failed);
    expect(inWorker({ kind: 'name_conflict', error: anError('already_exists') })).toMatchObject(failed);
  });

  it('keeps the time of a rejection through throttled attempts', () => {
    const throttled: StartObservation = { kind: 'rejected', error: anError('throttled') };
    const run = { createdAt: at - hour, startRefusedSince: at - minute, overdueSince: at - 1000 };
    expect(inWorker(throttled, run)).toMatchObject({ kind: 'retry', refusedSince: at - minute, overdueSince: at - 1000 });
    expect(inWorker(throttled, { ...run, startRefusedSince: null })).toMatchObject({ refusedSince: null, overdueSince: null });
  });

  it('counts a refusal by a clock that was ahead from now', () => {
    const denied: StartObservation = { kind: 'rejected', error: anError('access_denied') };
    expect(inWorker(denied, { startRefusedSince: at + hour })).toMatchObject({ kind: 'retry', refusedSince: at });
  });

  it.each([
    ['access_denied', 5 * minute],
    ['quota', hour],
    ['invalid', 5 * minute],
    ['throttled', 48 * hour],
  ] as const)('cancels a run that is %s while an earlier attempt may have succeeded, after %d ms', (kind, budgetMs) => {
    const observation: StartObservation = { kind: 'rejected_unresolved', error: anError(kind) };
    const begun = { startRefusedSince: at };
    expect(inWorker(observation, begun, { now: at + budgetMs - 1 })).toMatchObject({ kind: 'retry', releaseLease: true });
    expect(inWorker(observation, begun, { now: at + budgetMs })).toMatchObject({
      kind: 'retry',
      overdueSince: at + budgetMs,
    });
    const spent = inWorker(observation, { ...begun, overdueSince: at + budgetMs - minute }, { now: at + budgetMs });
    expect(spent).toMatchObject({ kind: 'cancel', failureReason: 'words', checkInMs: expect.any(Number) });
  });

  it('never ends a run whose training may exist, however long that lasts', () => {
    const error = anError('invalid', { effect: 'unknown' });
    const run = { startRefusedSince: at, overdueSince: at };
    expect(inWorker({ kind: 'indeterminate', error }, run, { now: at + 100 * hour })).toMatchObject({
      kind: 'retry',
      releaseLease: false,
      refusedSince: at,
      overdueSince: at,
    });
  });
});

describe('decideSearch', () => {
  const search = (found: Parameters<typeof decideSearch>[1], run: Partial<TrainingRun>, now = at) =>
    decideSearch(aRequest(run), found, { now, limits, random: () => 0.5 });
  const stopping = { stopRequestedAt: at, startAttemptedAt: at - hour };

  it('marks a training that exists as started, and observes at once one that is to be stopped', () => {
    expect(search({ kind: 'own', arn }, {})).toMatchObject({ kind: 'mark_started', arn, checkInMs: 57_000 });
    expect(search({ kind: 'own', arn }, stopping)).toMatchObject({ kind: 'mark_started', arn, checkInMs: 0 });
  });

  it.each(['missing', 'untagged', 'foreign'] as const)('searches again while the lease holds: %s', (kind) => {
    const run = { startAttemptedAt: at, stopRequestedAt: at };
    expect(search({ kind }, run, at + 4000)).toEqual({ kind: 'leave', error: null, checkInMs: 2000 });
    expect(search({ kind }, run, at + startTiming.leaseMs - 1)).toMatchObject({ kind: 'leave', checkInMs: 1 });
  });

  it('leaves a run that is not to be stopped to the next check when the lease is over', () => {
    expect(search({ kind: 'missing' }, { startAttemptedAt: at - hour })).toEqual({
      kind: 'leave',
      error: null,
      checkInMs: 0,
    });
  });

  it('stops a run without a training, and discards an abandoned one', () => {
    expect(search({ kind: 'missing' }, stopping)).toMatchObject({ kind: 'finish', outcome: { status: 'stopped' } });
    expect(search({ kind: 'foreign' }, stopping)).toMatchObject({ kind: 'finish', outcome: { status: 'stopped' } });
    expect(search({ kind: 'missing' }, { ...stopping, abandonedAt: at })).toEqual({
      kind: 'discard',
      refusal: null,
      checkInMs: null,
    });
  });

  it('searches for the training of a run that is refused with the delays of the refusal', () => {
    const run = { startAttemptedAt: at, startRefusedSince: at - minute };
    expect(search({ kind: 'missing' }, run, at + 1000)).toMatchObject({ checkInMs: 14_000 });
    expect(search({ kind: 'error', error: anError('throttled') }, run, at + 1000)).toMatchObject({ checkInMs: 30_500 });
  });

  it('counts the delays of a stop whose last lease was released from its request', () => {
    const run = { startAttemptedAt: null, startUnresolvedAt: at - hour, stopRequestedAt: at };
    expect(search({ kind: 'error', error: anError('unavailable') }, run, at + 40_000)).toMatchObject({ checkInMs: 20_000 });
  });

  it('decides nothing while SageMaker does not say, or does not show the tags', () => {
    const error = anError('throttled');
    expect(search({ kind: 'error', error }, stopping)).toMatchObject({ kind: 'leave', error, checkInMs: minute });
    expect(search({ kind: 'untagged' }, stopping)).toMatchObject({ kind: 'leave', checkInMs: 500 });
  });
});
