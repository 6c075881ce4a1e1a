import { describe, expect, it, test } from 'vitest';
import { trainingNotFoundBudgetMs } from '../../src/core/timing.ts';
import { decideTraining } from '../../src/core/training/decide-training.ts';
import { sagemakerErrorKinds } from '../../src/core/errors.ts';
import { aJob, aRun, at, hour } from './samples.ts';

const limits = { maxTrainingWaitMs: 48 * hour, pollIntervalMs: 60_000 };
const decide = (job: Parameters<typeof aJob>[0], run: Parameters<typeof aRun>[0] = {}, now = at + hour) =>
  decideTraining(aRun(run), { kind: 'job', job: aJob(job) }, now, limits);

describe('a training that is over', () => {
  test('Completed is completed, and deployed when that was requested', () => {
    expect(decide({ status: 'Completed', secondaryStatus: 'Completed', endedAt: at + 1000 })).toEqual({
      kind: 'finish',
      deploy: true,
      detail: 'training completed',
      outcome: {
        status: 'completed',
        secondaryStatus: 'Completed',
        failureReason: null,
        modelArtifact: 's3://models/job/output/model.tar.gz',
        metrics: null,
        trainingEndedAt: at + 1000,
        trainingCreatedAt: at,
        failureKind: null,
      },
    });
    expect(decide({ status: 'Completed' }, { autoDeploy: false })).toMatchObject({ kind: 'finish', deploy: false });
  });

  test('Completed after a stop was requested is not deployed', () => {
    expect(decide({ status: 'Completed' }, { stopRequestedAt: at })).toMatchObject({
      outcome: { status: 'completed' },
      deploy: false,
    });
  });

  test.each([
    ['Failed', { failureReason: 'AlgorithmError: exit code 1' }, 'failed', 'AlgorithmError: exit code 1'],
    ['Failed', {}, 'failed', 'SageMaker gave no reason'],
    [
      'Failed',
      { failureReason: 'ClientError: Access denied (kms:CreateGrant)' },
      'failed',
      'ClientError: Access denied (kms:CreateGrant) (it lacks kms:CreateGrant, which docs/iam/features/kms.json allows)',
    ],
    ['Stopped', { secondaryStatus: 'MaxRuntimeExceeded' }, 'stopped', 'stopped by SageMaker: MaxRuntimeExceeded'],
    ['Stopped', { secondaryStatus: 'Stopped' }, 'stopped', 'stopped at SageMaker, not by this service'],
    ['Deleting', {}, 'failed', 'the training job is being deleted at SageMaker'],
  ])('%s %j is %s and never deployed', (status, fields, outcome, failureReason) => {
    expect(decide({ status, ...fields })).toMatchObject({
      kind: 'finish',
      deploy: false,
      outcome: { status: outcome, failureReason },
    });
  });

  test('Stopped on our account needs no reason', () => {
    expect(decide({ status: 'Stopped', secondaryStatus: 'Stopped' }, { stopRequestedAt: at })).toMatchObject({
      outcome: { status: 'stopped', failureReason: null },
    });
  });

  test('its metrics are the last numbers, without NaN', () => {
    const metrics = [
      { name: 'accuracy', value: 0.5 },
      { name: 'accuracy', value: 0.9 },
      { name: 'loss', value: Number.NaN },
    ];
    expect(decide({ status: 'Completed', metrics })).toMatchObject({ outcome: { metrics: { accuracy: 0.9 } } });
    const detail = 'metrics whose last value is no finite number are left out: loss, auc';
    expect(decide({ status: 'Completed', metrics, oddMetrics: ['loss', 'auc'] })).toMatchObject({ outcome: { detail } });
  });

  test('it is over even when seen after the deadline', () => {
    expect(decide({ status: 'Completed' }, {}, at + 1000 * hour)).toMatchObject({
      outcome: { status: 'completed' },
      deploy: true,
    });
  });
});

describe('a training that is not over', () => {
  it.each(['InProgress', 'Stopping', 'Pausing', ''])('%j is waited for', (status) => {
    expect(decide({ status })).toMatchObject({ kind: 'wait', requestStop: false, problem: false, secondaryStatus: 'Training' });
  });

  it('is asked to stop until SageMaker shows Stopping', () => {
    expect(decide({ status: 'InProgress' }, { stopRequestedAt: at })).toMatchObject({ kind: 'wait', requestStop: true });
    expect(decide({ status: 'Stopping' }, { stopRequestedAt: at })).toMatchObject({ kind: 'wait', requestStop: false });
  });

  it('times out after the time from when SageMaker had it, not before', () => {
    const startedLate = { createdAt: at - 100 * hour, trainingSinceAt: at, overdueSince: at + 47 * hour };
    expect(decide({}, startedLate, at + 48 * hour)).toMatchObject({ kind: 'wait', limit: { since: at, overdueSince: null } });
    expect(decide({}, startedLate, at + 48 * hour + 1)).toMatchObject({
      kind: 'finish',
      deploy: false,
      outcome: {
        status: 'timed_out',
        failureKind: 'timeout',
        failureReason: expect.stringContaining('172800 s (MAX_TRAINING_WAIT_SECONDS)'),
      },
    });
  });
});

describe('a time limit', () => {
  const over = at + 49 * hour;

  it('that one observation finds over is recorded, and ends the run when another agrees an interval later', () => {
    expect(decide({}, {}, over)).toMatchObject({ kind: 'wait', limit: { overdueSince: over }, confirmInMs: 60_000 });
    const noted = { overdueSince: over };
    expect(decide({}, noted, over + 59_999)).toMatchObject({ kind: 'wait', limit: noted, confirmInMs: 1 });
    expect(decide({}, noted, over + 60_000)).toMatchObject({ kind: 'finish', outcome: { status: 'timed_out' } });
  });

  it('needs 5 s between the looks where trainings are looked at more often', () => {
    const often = { ...limits, pollIntervalMs: 300 };
    const observation = { kind: 'job', job: aJob() } as const;
    const noted = aRun({ overdueSince: over });
    expect(decideTraining(noted, observation, over + 4999, often)).toMatchObject({ kind: 'wait' });
    expect(decideTraining(noted, observation, over + 5000, often)).toMatchObject({ kind: 'finish' });
  });

  it('that a wrong clock found over is forgotten when the clock is right again', () => {
    expect(decide({}, { overdueSince: over }, at + hour)).toMatchObject({ kind: 'wait', limit: { overdueSince: null } });
    // Noted by a clock that was even further ahead.
    expect(decide({}, { overdueSince: over + hour }, over)).toMatchObject({ kind: 'wait', limit: { overdueSince: over } });
  });

  it('counts from now where the time began in the future', () => {
    expect(decide({}, { trainingSinceAt: at + 72 * hour }, at + hour)).toMatchObject({ limit: { since: at + hour } });
  });

  it('ends no run that SageMaker shows to be over', () => {
    expect(decide({ status: 'Completed' }, {}, over)).toMatchObject({ outcome: { status: 'completed' }, deploy: true });
  });
});

describe('a training that could not be seen', () => {
  const onError = (error: (typeof sagemakerErrorKinds)[number], now: number, overdueSince: number | null = null) =>
    decideTraining(aRun({ overdueSince }), { kind: 'error', error, message: 'words' }, now, limits);

  it.each(sagemakerErrorKinds)('%s does not end the run within the grace', (error) => {
    expect(onError(error, at + trainingNotFoundBudgetMs)).toEqual({
      kind: 'wait',
      secondaryStatus: null,
      requestStop: false,
      problem: true,
      why: `${error}: words`,
      limit: { since: at, overdueSince: null },
      confirmInMs: null,
    });
  });

  it.each(sagemakerErrorKinds.filter((kind) => kind !== 'not_found'))('%s ends the run only at the deadline', (error) => {
    expect(onError(error, at + 48 * hour)).toMatchObject({ kind: 'wait' });
    expect(onError(error, at + 48 * hour + 1, at + 47 * hour)).toMatchObject({
      kind: 'finish',
      outcome: { status: 'timed_out', failureReason: expect.stringContaining(`${error}: words`) },
    });
  });

  it('fails when SageMaker has forgotten it', () => {
    const now = at + trainingNotFoundBudgetMs + 1;
    expect(onError('not_found', now)).toMatchObject({ kind: 'wait', limit: { overdueSince: now } });
    expect(onError('not_found', now + 60_000, now)).toMatchObject({
      kind: 'finish',
      deploy: false,
      outcome: { status: 'failed', failureKind: 'other', failureReason: 'SageMaker no longer knows the training job: words' },
    });
  });

  it('and is of another region or account continues for ever', () => {
    const run = aRun({ overdueSince: at + hour });
    const elsewhere = { kind: 'elsewhere', why: 'it is of another region' } as const;
    expect(decideTraining(run, elsewhere, at + 1000 * hour, limits)).toMatchObject({
      kind: 'wait',
      why: 'it is of another region',
    });
  });
});
