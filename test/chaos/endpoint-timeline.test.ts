import { describe, expect, it } from 'vitest';
import type { Effect } from 'sagemaker-simulator';
import { type EndpointTimeline, timelineFindings } from '../../tools/chaos/endpoint-timeline.ts';
import type { DeploymentRecord } from '../../tools/chaos/soak-records.ts';

const configOf = (name: string): string => `${name}-0123456789`;

const deployment = (seq: number, more: Partial<DeploymentRecord>): DeploymentRecord => ({
  seq,
  runSeq: seq,
  trainingJobName: `job-${seq}`,
  endpointName: 'live',
  status: 'deployed',
  forced: false,
  trigger: 'poll',
  attempts: 1,
  endpointConfigName: configOf(more.trainingJobName ?? `job-${seq}`),
  failureReason: null,
  trainingCreatedAt: seq,
  createdAt: seq * 100,
  startedAt: seq * 100,
  finishedAt: seq * 100 + 50,
  liveOrder: seq,
  ...more,
});

const created = (at: number, name: string): Effect => ({
  at,
  kind: 'endpoint_create_requested',
  name: 'live',
  detail: { endpointConfigName: configOf(name) },
});
const updated = (at: number, name: string): Effect => ({
  at,
  kind: 'endpoint_update_requested',
  name: 'live',
  detail: { from: 'x', to: configOf(name) },
});
const ended = (at: number, how: 'in_service' | 'failed' | 'rolled_back' | 'deleted', name: string): Effect => ({
  at,
  kind: `endpoint_${how}`,
  name: 'live',
  detail: { endpointConfigName: configOf(name), failureReason: null },
});
const deleted = (at: number): Effect => ({ at, kind: 'endpoint_delete_requested', name: 'live' });

const judge = (
  effects: readonly Effect[],
  deployments: readonly DeploymentRecord[],
  more: Partial<EndpointTimeline> = {},
): string[] =>
  timelineFindings('live', { effects, deployments, asOf: 10_000, forced: new Set(), ...more }).map(({ what }) => what);

const noCapacity = 'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.';
const first = [created(110, 'job-1'), ended(120, 'in_service', 'job-1')];
const second = [updated(210, 'job-2'), ended(220, 'in_service', 'job-2')];
const both = [deployment(1, {}), deployment(2, {})];

const revert = JSON.stringify({ to: configOf('job-1') });

describe('timelineFindings > finds nothing', () => {
  it.each([
    ['where one training follows another', [...first, ...second], both],
    [
      'where an update is requested again after a lack of capacity',
      [
        ...first,
        updated(210, 'job-2'),
        { ...ended(220, 'rolled_back', 'job-1'), detail: { endpointConfigName: configOf('job-1'), failureReason: noCapacity } },
        updated(230, 'job-2'),
        ended(240, 'in_service', 'job-2'),
      ],
      both,
    ],
    [
      'a newer one that was rolled back, an older one, and the newer one again',
      [
        ...first,
        updated(210, 'job-3'),
        ended(220, 'rolled_back', 'job-1'),
        updated(310, 'job-2'),
        ended(320, 'in_service', 'job-2'),
        updated(410, 'job-3'),
        ended(420, 'in_service', 'job-3'),
      ],
      [
        deployment(1, {}),
        deployment(2, { runSeq: 3, trainingCreatedAt: 3, trainingJobName: 'job-3', status: 'rolled_back' }),
        deployment(3, { runSeq: 2, trainingCreatedAt: 2, trainingJobName: 'job-2' }),
        deployment(4, { runSeq: 3, trainingCreatedAt: 3, trainingJobName: 'job-3', attempts: 2 }),
      ],
    ],
    [
      'where a failed endpoint is deleted and created again',
      [
        created(110, 'job-1'),
        ended(120, 'failed', 'job-1'),
        deleted(205),
        ended(207, 'deleted', 'job-1'),
        created(210, 'job-2'),
        ended(220, 'in_service', 'job-2'),
      ],
      [deployment(1, { status: 'failed' }), deployment(2, {})],
    ],
    [
      'where a deployment brings back what served before',
      [...first, ...second, updated(230, 'job-1'), ended(240, 'in_service', 'job-1')],
      [deployment(1, {}), deployment(2, { status: 'rolled_back', revert })],
    ],
    [
      'where a person rolls back to an older training',
      [...first, ...second, updated(310, 'job-1'), ended(320, 'in_service', 'job-1')],
      [...both, deployment(3, { runSeq: 1, trainingCreatedAt: 1, trainingJobName: 'job-1', attempts: 2, trigger: 'rollback' })],
    ],
    ['where the end of the change was not read yet', [created(110, 'job-1')], [deployment(1, { finishedAt: 10_001 })]],
  ])('%s', (_, effects, deployments) => {
    expect(judge(effects, deployments)).toEqual([]);
  });

  it('where a client has forced an older training', () => {
    const effects = [...first, ...second, updated(310, 'job-1'), ended(320, 'in_service', 'job-1')];
    const older = deployment(3, {
      runSeq: 1,
      trainingCreatedAt: 1,
      trainingJobName: 'job-1',
      attempts: 2,
      forced: true,
      trigger: 'api',
    });
    expect(judge(effects, [...both, older], { forced: new Set(['job-1']) })).toEqual([]);
    expect(judge(effects, [...both, older])).toEqual(['live: was changed to job-1, forced, and no client requested that']);
  });
});

describe('timelineFindings > finds', () => {
  const older = { runSeq: 1, trainingCreatedAt: 1, trainingJobName: 'job-1', attempts: 2 };
  it.each([
    [
      'a change that is requested twice',
      [...first, updated(130, 'job-1')],
      [deployment(1, {})],
      /^live: was requested 2 times by deployment 1 of job-1/,
    ],
    [
      'a change with no deployment in progress',
      [...first, ...second, updated(260, 'job-1')],
      both,
      /^live: was changed to job-1 with no deployment in progress/,
    ],
    [
      'an older training after a newer one',
      [...first, ...second, updated(310, 'job-1'), ended(320, 'in_service', 'job-1')],
      [...both, deployment(3, older)],
      /^live: was changed to job-1, older than job-2 that was live/,
    ],
    [
      'a restore of a training that is not live',
      [...first, ...second, updated(310, 'job-1'), ended(320, 'in_service', 'job-1')],
      [...both, deployment(3, { ...older, forced: true, trigger: 'reconcile' })],
      /^live: was changed to job-1, restored, in place of job-2/,
    ],
    [
      'a way back that is requested twice',
      [...first, ...second, updated(230, 'job-1'), updated(240, 'job-1')],
      [deployment(1, {}), deployment(2, { status: 'rolled_back', revert })],
      /^live: was brought back 2 times by deployment 1 of job-2/,
    ],
    [
      'a training from before a rollback',
      [...first, ...second, updated(310, 'job-1'), ended(320, 'in_service', 'job-1'), updated(410, 'job-4')],
      [
        ...both,
        deployment(3, { ...older, trigger: 'rollback' }),
        deployment(4, { trainingCreatedAt: 250, status: 'failed', liveOrder: null }),
      ],
      /^live: was changed to job-4, whose training is from before a rollback/,
    ],
    ['a deletion of an endpoint that serves', [...first, deleted(205)], both, /^live: was deleted and had not failed/],
    [
      'a training that is recorded as deployed and was not live',
      [...first, updated(210, 'job-2'), ended(220, 'rolled_back', 'job-1')],
      both,
      /^live: job-2 is recorded as deployed/,
    ],
  ] as const)('%s', (_, effects, deployments, what) => {
    expect(judge(effects, deployments)[0]).toMatch(what);
  });
});
