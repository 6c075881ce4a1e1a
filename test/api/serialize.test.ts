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
  expect(DeploymentSchema.parse(serializeDeployment(aDeployment({ ...waits, failureKind: 'quota' })))).toMatchObject({
    failure_kind: 'quota',
    waits_for: { kind: 'sagemaker', since: '2026-11-24T10:00:00.000Z', detail: 'throttled' },
  });
  expect(serializeDeployment(aDeployment({ waitsForSince: at }))).toMatchObject({ waits_for: null });
});
