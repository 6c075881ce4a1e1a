import { describe, expect, it, test } from 'vitest';
import { type Deployment, deploymentStatuses, triggers, waitKinds } from '../../../src/core/deployment/deployment.ts';
import { stepOrder } from '../../../src/core/deployment/steps.ts';
import { failureKinds } from '../../../src/core/failure-kind.ts';
import { actors } from '../../../src/core/history.ts';
import { viewOfDeployment } from '../../../src/core/deployment/deployment-view.ts';
import { factsOfDeploymentView, factsOfRunView } from '../../../src/core/timeline/facts-of-view.ts';
import { durationInWords } from '../../../src/core/timeline/duration.ts';
import type { LiveFacts } from '../../../src/core/timeline/facts.ts';
import type { Standing } from '../../../src/core/timeline/standing.ts';
import { standingInText, whereItStands } from '../../../src/core/timeline/where-it-stands.ts';
import { inText, quoted } from '../../../src/core/timeline/words.ts';
import { type TrainingRun, trainingRunStatuses } from '../../../src/core/training/training-run.ts';
import { aDeployment, aRun, at, hour, minute } from '../samples.ts';

const clock = (instant: number): string => new Date(instant).toISOString().slice(11, 19);
const textOf = (standing: Standing): string => standingInText(standing, clock);

const ofRun = (fields: Partial<TrainingRun>): Standing => whereItStands({ run: aRun(fields), deployment: null });
const of = (fields: Partial<Deployment>, live: LiveFacts | null = null): Standing =>
  whereItStands({ run: aRun({ status: 'completed' }), deployment: aDeployment(fields), live });

const live: LiveFacts = { deploymentId: 'deployment-9', trainingJobName: 'job-9', inServiceAt: at + hour, finishedAt: at + hour };
const own: LiveFacts = { ...live, deploymentId: 'deployment-1', trainingJobName: 'job' };
const approval = {
  status: 'pending' as const,
  by: null,
  reason: null,
  requestedAt: at,
  decidedAt: null,
  expiresAt: at + 24 * hour,
  content: 'c',
  notByRequester: false,
};
const canary = { strategy: 'canary' as const, phase: 'baking', trafficPercent: 10, alarms: [], deploymentConfig: null };

describe('whereItStands > says of a training', () => {
  test.each<[string, Partial<TrainingRun>, string, string]>([
    ['requested', { status: 'requested' }, 'waiting', 'Requested at 10:00:00; SageMaker has not started the training yet.'],
    [
      'refused',
      { status: 'requested', startRefusedSince: at + minute, failureReason: 'No quota.', failureKind: 'quota' },
      'waiting',
      'SageMaker refuses to start the training since 10:01:00: No quota.',
    ],
    [
      'requested and to be stopped',
      { status: 'requested', stopRequestedAt: at + minute },
      'active',
      'Requested at 10:00:00, and to be stopped, as requested at 10:01:00.',
    ],
    ['training', { secondaryStatus: 'Downloading' }, 'active', 'Training at SageMaker since 10:00:00 (Downloading).'],
    [
      'stopping',
      { stopRequestedAt: at + minute },
      'active',
      'The training is being stopped (Training), as requested at 10:01:00.',
    ],
    [
      'completed without a deployment',
      { status: 'completed', autoDeploy: false, finishedAt: at + hour, trainingEndedAt: at + hour },
      'neutral',
      'The training completed at 11:00:00 after 1 h, and its model is not deployed: that was not requested.',
    ],
    [
      'completed although it was to be stopped',
      { status: 'completed', stopRequestedAt: at, finishedAt: at + minute },
      'neutral',
      'The training completed at 10:01:00 after 1 min, and its model is not deployed: its stop was requested.',
    ],
    [
      'failed',
      { status: 'failed', finishedAt: at + 90_000, failureReason: 'AlgorithmError: exit 1', failureKind: 'algorithm' },
      'bad',
      'The training failed at 10:01:30 after 1 min 30 s: AlgorithmError: exit 1.',
    ],
    ['stopped', { status: 'stopped', finishedAt: at + 5000 }, 'neutral', 'The training was stopped at 10:00:05 after 5.0 s.'],
    [
      'timed_out',
      { status: 'timed_out', finishedAt: at + 49 * hour, failureReason: 'not over within 172800 s' },
      'bad',
      'Monitoring ended at 11:00:00 after 2 d 1 h without an outcome of the training: not over within 172800 s.',
    ],
  ])('that is %s', (_, fields, tone, words) => {
    const standing = ofRun(fields);
    expect(inText(standing.words, clock)).toBe(words);
    expect(standing.tone).toBe(tone);
  });

  it('what happens when it completes', () => {
    expect(textOf(ofRun({}))).toContain('When it completes, its model is deployed to live.');
    expect(textOf(ofRun({ autoDeploy: false }))).toContain('its model waits for a request to deploy it.');
  });
});

describe('whereItStands > says of a deployment', () => {
  test.each<[string, Partial<Deployment>, LiveFacts | null, string, string]>([
    ['queued', { status: 'queued' }, null, 'waiting', 'The deployment is queued since 10:00:00 for live.'],
    [
      'queued again after its approval',
      { status: 'queued', approval: { ...approval, status: 'approved', by: 'ana' } },
      null,
      'waiting',
      'Approved by ana, and queued for live.',
    ],
    [
      'behind another one',
      { status: 'queued', waitsForKind: 'turn', waitsForSince: at, waitsForDetail: 'the deployment of job-9 goes first' },
      null,
      'waiting',
      'Queued for live since 10:00:00: the deployment of job-9 goes first.',
    ],
    [
      'held',
      { status: 'queued', waitsForKind: 'hold', waitsForSince: at, waitsForDetail: 'the endpoint is held by ana: audit' },
      null,
      'waiting',
      'Waits since 10:00:00 while live is held by ana: audit.',
    ],
    [
      'awaiting an approval',
      { status: 'awaiting_approval', approval },
      null,
      'decision',
      'Waits since 10:00:00 for a person to approve it for live.',
    ],
    ['at the gate', { step: 'gate' }, null, 'active', 'The gate judges the model for live; in progress since 10:00:00.'],
    [
      'in a canary',
      {
        step: 'in_service',
        rollout: canary,
        waitsForKind: 'bake',
        waitsForSince: at + minute,
        waitsForDetail:
          'Baking for 600 seconds (TerminationWaitInSeconds) with traffic on canary capacity 10% of variant AllTraffic.',
      },
      null,
      'active',
      'Canary at 10 % of the traffic (baking) on live since 10:01:00: Baking for 600 seconds (TerminationWaitInSeconds) with traffic on canary capacity 10% of variant AllTraffic.',
    ],
    [
      'waiting for the endpoint',
      { step: 'in_service', waitsForKind: 'endpoint', waitsForSince: at, waitsForDetail: 'the endpoint is Updating' },
      null,
      'active',
      'SageMaker changes live since 10:00:00: the endpoint is Updating.',
    ],
    [
      'refused by SageMaker',
      { waitsForKind: 'sagemaker', waitsForSince: at, waitsForDetail: 'CreateModel: Rate exceeded' },
      null,
      'waiting',
      'SageMaker refuses a step of the deployment to live since 10:00:00: CreateModel: Rate exceeded.',
    ],
    [
      'on its way back',
      { step: 'revert', revert: { to: 'old', reason: 'verification failed', failureKind: 'verification', since: at + minute } },
      null,
      'active',
      'live goes back to what served before since 10:01:00: verification failed.',
    ],
    [
      'deployed by itself',
      { status: 'deployed', trigger: 'event', detectedBy: 'event', trainingEndedAt: at, inServiceAt: at + 8400 },
      own,
      'good',
      'Live on live since 10:00:08; 8.4 s after the training ended, detected by an event.',
    ],
    [
      'deployed, where what is live is not known',
      { status: 'deployed', trigger: 'api', requestedBy: 'ci', inServiceAt: at },
      null,
      'good',
      'Deployed to live at 10:00:00, as requested by ci.',
    ],
    [
      'deployed by a rollback',
      { status: 'deployed', trigger: 'rollback', requestedBy: 'ana', reason: 'drift', finishedAt: at },
      own,
      'good',
      'Live on live since 10:00:00, by a rollback by ana: drift.',
    ],
    [
      'replaced since',
      { status: 'deployed', inServiceAt: at },
      live,
      'neutral',
      'Was live on live from 10:00:00; job-9 has replaced it there at 11:00:00.',
    ],
    [
      'rolled back',
      {
        status: 'rolled_back',
        attempts: 3,
        finishedAt: at,
        failureReason: 'the alarm errors ended the rollout',
        failureKind: 'alarm',
      },
      live,
      'bad',
      'Attempt 3 was rolled back at 10:00:00: the alarm errors ended the rollout; live serves job-9.',
    ],
    [
      'failed',
      { status: 'failed', finishedAt: at, failureReason: 'no capacity', failureKind: 'capacity' },
      null,
      'bad',
      'The deployment failed at 10:00:00: no capacity.',
    ],
    [
      'superseded',
      { status: 'superseded', finishedAt: at, supersededBy: 'job-9' },
      live,
      'neutral',
      'The deployment was superseded at 10:00:00: job-9 is newer and went live on live.',
    ],
    [
      'rejected',
      { status: 'rejected', finishedAt: at, failureReason: 'rejected by ana: too slow' },
      null,
      'neutral',
      'The deployment was turned down at 10:00:00: rejected by ana: too slow; live is as it was before.',
    ],
  ])('that is %s', (_, fields, liveNow, tone, words) => {
    const standing = of(fields, liveNow);
    expect(inText(standing.words, clock)).toBe(words);
    expect(standing.tone).toBe(tone);
  });

  it('that a person ends it, whatever would follow', () => {
    const abort = { by: 'ana', reason: 'wrong data', at };
    const waits = waitKinds.map((waitsForKind) => of({ abort, waitsForKind, waitsForSince: at }));
    const steps = stepOrder.map((step) => of({ abort, step }));
    for (const standing of [...waits, ...steps])
      expect(textOf(standing)).toContain('It is being ended: aborted by ana: wrong data.');
  });

  it('when an approval ends by itself', () => {
    expect(textOf(of({ status: 'awaiting_approval', approval }))).toContain('until 10:00:00; then it counts as turned down.');
  });

  it('that SageMaker may still complete one that failed', () => {
    expect(textOf(of({ status: 'failed', unsettledSince: at }))).toContain('SageMaker may still complete the change of live');
  });

  it('that its verification failed, where that is only reported', () => {
    const verification = { status: 'failed' as const, requests: 1, failures: ['request 1 of 1: no JSON'] };
    const standing = of({ status: 'deployed', verification }, own);
    expect([standing.tone, textOf(standing)]).toEqual(['bad', expect.stringContaining('only reports: request 1 of 1: no JSON.')]);
  });
});

/** Whole sentences, without a gap where something is not known. */
function expectSentences(standing: Standing): void {
  const text = textOf(standing);
  expect(text).toMatch(/^\S.*\.$/);
  expect(text).not.toMatch(/undefined|null|NaN|Invalid| {2}|\.\.|:[.;]| [.,;:]/);
}

describe('whereItStands > has whole sentences for', () => {
  it('every status of a run, with and without what may be known of it', () => {
    for (const status of trainingRunStatuses)
      for (const failureKind of [null, ...failureKinds])
        for (const failureReason of [null, 'words.'])
          for (const finishedAt of [null, at])
            expectSentences(
              ofRun({ status, failureKind, failureReason, finishedAt, secondaryStatus: null, trainingSinceAt: null }),
            );
  });

  it('every status, step, wait and failure of a deployment', () => {
    for (const status of deploymentStatuses)
      for (const step of stepOrder)
        for (const waitsForKind of [null, ...waitKinds])
          for (const liveNow of [null, own, live])
            for (const rollout of [null, canary, { ...canary, phase: null, trafficPercent: null }])
              expectSentences(of({ status, step, waitsForKind, waitsForSince: at, rollout }, liveNow));
    for (const status of deploymentStatuses)
      for (const failureKind of [null, ...failureKinds])
        expectSentences(of({ status, failureKind, failureReason: 'Some words.' }));
  });

  it('every cause and detector', () => {
    for (const trigger of triggers)
      for (const detectedBy of [null, ...actors])
        for (const trainingEndedAt of [null, at + hour])
          expectSentences(of({ status: 'deployed', trigger, detectedBy, trainingEndedAt, inServiceAt: at }, own));
  });

  it('words of others that are long, or have several lines', () => {
    const standing = of({ status: 'failed', failureReason: `one\n  two ${'x'.repeat(2000)}` });
    expect(textOf(standing)).toMatch(/: one two x+ …\. /);
    expect(inText(standing.words).length).toBeLessThan(330);
    expect(quoted('It failed.')).toBe('It failed');
  });
});

describe('whereItStands > says the same of what the API shows', () => {
  const json = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

  it('as of a run', () => {
    for (const status of trainingRunStatuses) {
      const run = aRun({ status, finishedAt: at + hour, trainingCreatedAt: at, failureReason: 'words', failureKind: 'quota' });
      const shown = factsOfRunView({
        status,
        auto_deploy: run.autoDeploy,
        endpoint_name: run.endpointName,
        secondary_status: run.secondaryStatus,
        failure_reason: run.failureReason,
        failure_kind: run.failureKind,
        created_at: new Date(run.createdAt).toISOString(),
        finished_at: new Date(at + hour).toISOString(),
        training_created_at: new Date(at).toISOString(),
      });
      expect(whereItStands({ run: shown, deployment: null })).toEqual(ofRun({ ...run }));
    }
  });

  it('as of a deployment', () => {
    const run = aRun({ status: 'completed' });
    const fields = { approval, rollout: canary, waitsForSince: at, inServiceAt: at, trainingEndedAt: at, finishedAt: at };
    for (const status of deploymentStatuses)
      for (const waitsForKind of [null, ...waitKinds]) {
        const row = aDeployment({ ...fields, status, waitsForKind });
        const shown = factsOfDeploymentView(json(viewOfDeployment(row)));
        expect(whereItStands({ run, deployment: shown, live })).toEqual(of(row, live));
      }
  });
});

describe('durationInWords', () => {
  test.each([
    [-5, '0 s'],
    [0, '0 s'],
    [250, '0.25 s'],
    [8400, '8.4 s'],
    [9949, '9.9 s'],
    [9960, '10 s'],
    [59_600, '1 min'],
    [185_000, '3 min 5 s'],
    [7_800_000, '2 h 10 min'],
    [3_599_700, '1 h'],
    [356_400_000, '4 d 3 h'],
  ])('%i ms > is %s', (ms, words) => expect(durationInWords(ms)).toBe(words));
});
