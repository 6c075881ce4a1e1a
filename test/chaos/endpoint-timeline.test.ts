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

describe('what is no fault', () => {
  it.each([
    ['one after the other', [...first, ...second], both],
    [
      'one that was asked for again, since there had been no capacity',
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
      'a failed one, deleted and created anew',
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
    ['one whose end was not read yet', [created(110, 'job-1')], [deployment(1, { finishedAt: 10_001 })]],
  ])('%s', (_, effects, deployments) => {
    expect(judge(effects, deployments)).toEqual([]);
  });

  it('an older one that a client has forced', () => {
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
    expect(judge(effects, [...both, older])).toEqual(['live: was put on job-1, forced, and nobody had asked for that']);
  });
});

describe('what is one', () => {
  const older = { runSeq: 1, trainingCreatedAt: 1, trainingJobName: 'job-1', attempts: 2 };
  it.each([
    [
      'asked for twice',
      [...first, updated(130, 'job-1')],
      [deployment(1, {})],
      /^live: was asked for 2 times by deployment 1 of job-1/,
    ],
    [
      'asked for when all was over',
      [...first, ...second, updated(260, 'job-1')],
      both,
      /^live: was put on job-1 by nothing that was under way/,
    ],
    [
      'an older one after a newer one',
      [...first, ...second, updated(310, 'job-1'), ended(320, 'in_service', 'job-1')],
      [...both, deployment(3, older)],
      /^live: was put on job-1, older than job-2 that was live/,
    ],
    [
      'put back in place of what had gone live',
      [...first, ...second, updated(310, 'job-1'), ended(320, 'in_service', 'job-1')],
      [...both, deployment(3, { ...older, forced: true, trigger: 'reconcile' })],
      /^live: was put on job-1, again, in place of job-2/,
    ],
    ['deleted while it served', [...first, deleted(205)], both, /^live: was deleted and had not failed/],
    [
      'said to be deployed, and was not',
      [...first, updated(210, 'job-2'), ended(220, 'rolled_back', 'job-1')],
      both,
      /^live: job-2 is recorded as deployed/,
    ],
  ] as const)('%s', (_, effects, deployments, what) => {
    expect(judge(effects, deployments)[0]).toMatch(what);
  });
});
