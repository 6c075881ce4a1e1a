import { expect, it } from 'vitest';
import { DeploymentSchema } from '../../src/api/schemas/deployment.ts';
import { TrainingRunSchema } from '../../src/api/schemas/training-run.ts';
import { serializeDeployment, serializeRun } from '../../src/api/serialize.ts';
import { aDeployment, aRun, at } from '../core/samples.ts';

it('serializeRun > returns the failure, and the time that orders trainings', () => {
  const run = { ...aRun({ failureKind: 'capacity', trainingCreatedAt: at }), deploymentStatus: 'none' as const };
  const body = serializeRun(run, '');
  expect(TrainingRunSchema.parse(body)).toMatchObject({
    failure_kind: 'capacity',
    training_created_at: '2026-11-24T10:00:00.000Z',
  });
});

it('serializeDeployment > returns the failure, and what it waits for', () => {
  const waits = { waitsForKind: 'sagemaker', waitsForSince: at, waitsForDetail: 'throttled' } as const;
  expect(DeploymentSchema.parse(serializeDeployment(aDeployment({ ...waits, failureKind: 'quota' }), ''))).toMatchObject({
    failure_kind: 'quota',
    waits_for: { kind: 'sagemaker', since: '2026-11-24T10:00:00.000Z', detail: 'throttled' },
  });
  expect(serializeDeployment(aDeployment({ waitsForSince: at }), '')).toMatchObject({ waits_for: null });
});

it('serializeDeployment > shows gate, approval, rollout and verification as its policy made them', () => {
  const rule = { metric: 'f1', rule: 'at least 0.8', value: 0.9, baseline: null, threshold: 0.8, reason: '0.9 is above 0.8' };
  const deployment = aDeployment({
    gate: { verdict: 'passed', against: null, rules: [{ ...rule, verdict: 'passed' }] },
    approval: {
      status: 'approved',
      by: 'ana',
      reason: 'good',
      requestedAt: at,
      decidedAt: at + 1000,
      expiresAt: at + 2000,
      content: 'digest',
      notByRequester: true,
    },
    rollout: {
      strategy: 'canary',
      phase: 'Baking',
      trafficPercent: 10,
      alarms: [{ name: 'errors', isOwn: true, state: 'ALARM', alarmedAt: at }],
      deploymentConfig: { AutoRollbackConfiguration: {} },
    },
    verification: { status: 'failed', requests: 2, failures: ['request 1 of 2: no'] },
    supersededBy: 'newer',
    requestedBy: 'ci',
    reason: 'try it',
    restores: 'd-0',
    overrides: true,
    forced: true,
    step: 'verify',
  });
  const body = serializeDeployment(deployment, '/base');
  expect(DeploymentSchema.parse(body)).toEqual(body);
  expect(body).toMatchObject({
    step: 'verify',
    forced: true,
    overrides: true,
    requested_by: 'ci',
    reason: 'try it',
    restores: 'd-0',
    superseded_by: 'newer',
    gate: { verdict: 'passed', against: null, rules: [{ ...rule, verdict: 'passed' }] },
    verification: { status: 'failed', requests: 2, failures: ['request 1 of 2: no'] },
    links: { self: '/base/deployments/deployment-1', endpoint: '/base/endpoints/live', training_job: '/base/training-jobs/job' },
  });
  expect(body.approval).toEqual({
    status: 'approved',
    by: 'ana',
    reason: 'good',
    requested_at: '2026-11-24T10:00:00.000Z',
    decided_at: '2026-11-24T10:00:01.000Z',
    expires_at: '2026-11-24T10:00:02.000Z',
  });
  expect(body.rollout).toEqual({
    strategy: 'canary',
    phase: 'Baking',
    traffic_percent: 10,
    alarms: [{ name: 'errors', is_own: true, state: 'ALARM', alarmed_at: '2026-11-24T10:00:00.000Z' }],
  });
});
