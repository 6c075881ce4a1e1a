import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { UpdateEndpointInput } from '@aws-sdk/client-sagemaker';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RolloutPolicy } from '../../src/core/delivery/policy.ts';
import { leastBakeSeconds, maxWaitsSeconds, sizeBounds, waitsSeconds } from '../../src/core/delivery/rollout-timing.ts';
import type { AlarmSubject } from '../../src/core/deployment/guard-alarms.ts';
import { type LiveFleet, planRollout, type RolloutPlan } from '../../src/core/deployment/plan-rollout.ts';

const hourMs = 3_600_000;
const subject: AlarmSubject = {
  deploymentId: '0b3c6a1e-7f58-4a0c-9d57-2f6a4b1c8e90',
  project: 'ml-sentiment',
  endpointName: 'ml-sentiment-endpoint',
  endpointConfigName: 'ml-sentiment-training-20261124-150253-k3f9zq-0123456789',
  variantName: 'AllTraffic',
};
const fleet = (instanceCount: number | null, isServerless = false): LiveFleet => ({ instanceCount, isServerless });
const noRollout: RolloutPolicy = { strategy: 'all_at_once', sizePercent: null, bakeSeconds: 0, alarms: [], guard: null };

const plan = (
  rollout: Partial<RolloutPolicy> | null,
  live: LiveFleet | null = fleet(4),
  maxDeploymentWaitMs = 2 * hourMs,
): RolloutPlan => planRollout({ rollout: rollout && { ...noRollout, ...rollout }, live, subject, maxDeploymentWaitMs });

const canary = { strategy: 'canary', sizePercent: 10, bakeSeconds: 600 } as const;

describe('planRollout', () => {
  it('leaves an update without a policy, and a creation, as they are', () => {
    const atOnce = { strategy: 'all_at_once', deploymentConfig: null, guardAlarms: [], alarmNames: [], deadlineMs: 2 * hourMs };
    expect(plan(null)).toEqual({ ...atOnce, note: null });
    expect(plan(noRollout, null)).toEqual({ ...atOnce, note: null });
    expect(plan({ ...canary, alarms: ['a'], guard: { maxErrorRate: 0.01, maxLatencyMs: null } }, null)).toEqual({
      ...atOnce,
      note: 'the endpoint is created: there is no traffic that canary could shift',
    });
  });

  it.each<[string, Partial<RolloutPolicy>, UpdateEndpointInput['DeploymentConfig'], number]>([
    [
      'all at once',
      { bakeSeconds: 300 },
      {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 },
          TerminationWaitInSeconds: 300,
          MaximumExecutionTimeoutInSeconds: 7500,
        },
      },
      8100,
    ],
    [
      'a canary',
      { ...canary, alarms: ['mine'] },
      {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: {
            Type: 'CANARY',
            WaitIntervalInSeconds: 600,
            CanarySize: { Type: 'CAPACITY_PERCENT', Value: 10 },
          },
          TerminationWaitInSeconds: 600,
          MaximumExecutionTimeoutInSeconds: 9000,
        },
        AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'mine' }] },
      },
      9600,
    ],
    [
      'a linear rollout',
      { strategy: 'linear', sizePercent: 30, bakeSeconds: 600 },
      {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: {
            Type: 'LINEAR',
            WaitIntervalInSeconds: 600,
            LinearStepSize: { Type: 'CAPACITY_PERCENT', Value: 30 },
          },
          TerminationWaitInSeconds: 600,
          MaximumExecutionTimeoutInSeconds: 10_200,
        },
      },
      10_800,
    ],
    [
      'a rolling update',
      { strategy: 'rolling', sizePercent: 50, bakeSeconds: 900 },
      {
        RollingUpdatePolicy: {
          MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 50 },
          WaitIntervalInSeconds: 900,
          MaximumExecutionTimeoutInSeconds: 9000,
        },
      },
      9600,
    ],
  ])(
    'writes the whole DeploymentConfig of %s, and gives the deployment the time of it',
    (_, rollout, config, deadlineSeconds) => {
      expect(plan(rollout)).toMatchObject({ deploymentConfig: config, deadlineMs: deadlineSeconds * 1000, note: null });
      expect(Object.keys(plan(rollout).deploymentConfig ?? {})).toEqual(Object.keys(config ?? {}));
    },
  );

  it('takes all at once with the bake where the fleet is too small for the strategy, and says so', () => {
    const { strategy, deploymentConfig, note } = plan({ ...canary, guard: { maxErrorRate: 0.1, maxLatencyMs: null } }, fleet(1));
    expect(strategy).toBe('all_at_once');
    expect(deploymentConfig).toMatchObject({
      BlueGreenUpdatePolicy: {
        TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 },
        TerminationWaitInSeconds: 600,
      },
      AutoRollbackConfiguration: { Alarms: [{ AlarmName: expect.stringContaining(subject.deploymentId) }] },
    });
    expect(note).toBe('canary needs 2 instances and the endpoint has 1: all at once with a bake of 600 s');
    expect(plan({ ...canary, strategy: 'rolling', bakeSeconds: 0 }, fleet(null)).note).toBe(
      'rolling needs 2 instances and SageMaker shows no count: all at once with no bake',
    );
    expect(plan(canary, fleet(null, true)).note).toBe(
      'canary is not for a serverless endpoint: all at once with a bake of 600 s',
    );
    expect(plan(canary, fleet(2)).strategy).toBe('canary');
    expect(plan({ bakeSeconds: 600 }, fleet(1)).note).toBe(null);
  });

  it('makes guard alarms that watch the new fleet alone, and can act within one bake', () => {
    const { guardAlarms, alarmNames } = plan({ ...canary, alarms: ['mine'], guard: { maxErrorRate: 0.01, maxLatencyMs: 500 } });
    const errors: PutMetricAlarmInput = {
      AlarmName: `autodeploy-ml-sentiment-${subject.deploymentId}-errors`,
      AlarmDescription: `Ends the rollout of ${subject.endpointConfigName} to ml-sentiment-endpoint when more than 0.01 of the requests fail. The service deletes it afterwards.`,
      ActionsEnabled: false,
      Namespace: 'AWS/SageMaker',
      MetricName: 'Invocation5XXErrors',
      Dimensions: [
        { Name: 'EndpointName', Value: subject.endpointName },
        { Name: 'VariantName', Value: 'AllTraffic' },
        { Name: 'EndpointConfigName', Value: subject.endpointConfigName },
      ],
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      Threshold: 0.01,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    };
    const latency = { MetricName: 'ModelLatency', Threshold: 500_000, Statistic: 'Average' };
    expect(guardAlarms).toEqual([errors, expect.objectContaining(latency)]);
    expect(alarmNames).toEqual(['mine', ...guardAlarms.map(({ AlarmName }) => AlarmName)]);
    expect(plan({ ...canary, guard: { maxErrorRate: null, maxLatencyMs: 1.5 } }).guardAlarms).toEqual([
      expect.objectContaining({ MetricName: 'ModelLatency', Threshold: 1500 }),
    ]);
  });

  it.each([
    [180, 1, 1],
    [239, 1, 1],
    [240, 2, 2],
    [300, 3, 2],
    [3600, 3, 2],
  ])('looks for alarms of a bake of %i s at %i minutes, of which %i are bad', (bakeSeconds, evaluated, bad) => {
    expect(plan({ bakeSeconds, guard: { maxErrorRate: 0.5, maxLatencyMs: null } }).guardAlarms).toEqual([
      expect.objectContaining({ EvaluationPeriods: evaluated, DatapointsToAlarm: bad }),
    ]);
  });

  it('allows at least as long as MAX_DEPLOYMENT_WAIT_SECONDS, and SageMaker at most 8 hours', () => {
    expect(plan(canary, fleet(4), 48 * hourMs)).toMatchObject({
      deploymentConfig: { BlueGreenUpdatePolicy: { MaximumExecutionTimeoutInSeconds: 28_800 } },
      deadlineMs: 48 * hourMs,
    });
    expect(plan(noRollout, fleet(4), 10)).toMatchObject({
      deploymentConfig: { BlueGreenUpdatePolicy: { MaximumExecutionTimeoutInSeconds: 600 } },
      deadlineMs: 1_200_000,
    });
  });

  it('stays within the bounds of SageMaker for each policy that passes the checks', () => {
    const policy = fc
      .record({
        strategy: fc.constantFrom('all_at_once', 'canary', 'linear', 'rolling'),
        size: fc.integer({ min: 1, max: 50 }),
        bakeSeconds: fc.integer({ min: leastBakeSeconds, max: 3600 }),
        alarms: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 255 }), { maxLength: 8 }),
        guard: fc.constantFrom(null, { maxErrorRate: 0.01, maxLatencyMs: 500 }),
      })
      .map(({ size, strategy, ...others }): RolloutPolicy => ({
        ...others,
        strategy,
        sizePercent: strategy === 'all_at_once' ? null : Math.max(size, sizeBounds[strategy].min),
      }))
      .filter((rollout) => waitsSeconds(rollout) <= maxWaitsSeconds);
    fc.assert(
      fc.property(policy, fc.integer({ min: 1, max: 7 * 24 * hourMs }), fc.nat(6), (rollout, maxDeploymentWaitMs, count) => {
        const made = planRollout({ rollout, live: fleet(count), subject, maxDeploymentWaitMs });
        const { BlueGreenUpdatePolicy: blueGreen, RollingUpdatePolicy: rolling } = (made.deploymentConfig ?? {}) as NonNullable<
          UpdateEndpointInput['DeploymentConfig']
        >;
        const limit = (blueGreen ?? rolling)?.MaximumExecutionTimeoutInSeconds ?? 0;
        const waits = waitsSeconds({ ...rollout, strategy: made.strategy });
        expect([blueGreen, rolling].filter((one) => one !== undefined)).toHaveLength(1);
        expect(limit).toBeGreaterThanOrEqual(600);
        expect(limit).toBeLessThanOrEqual(28_800);
        expect(limit).toBeGreaterThan(waits);
        expect(made.deadlineMs).toBeGreaterThan(limit * 1000 - 1);
        expect(made.deadlineMs).toBeGreaterThanOrEqual(maxDeploymentWaitMs);
        expect(made.alarmNames.length).toBeLessThanOrEqual(10);
        expect(
          made.guardAlarms.every(({ Period, EvaluationPeriods }) => Period * EvaluationPeriods + 120 <= rollout.bakeSeconds),
        ).toBe(true);
        expect(JSON.parse(JSON.stringify(made))).toEqual(made);
      }),
    );
  });

  it('gives alarms the same names each time, others for each deployment, of at most 255 characters', () => {
    const guard = { maxErrorRate: 0.01, maxLatencyMs: 500 };
    const names = (deploymentId: string, project = 'p'.repeat(63)): readonly string[] =>
      planRollout({
        rollout: { ...noRollout, bakeSeconds: 300, guard },
        live: fleet(1),
        subject: { ...subject, deploymentId, project },
        maxDeploymentWaitMs: 1,
      }).alarmNames;
    expect(names('one')).toEqual(names('one'));
    expect(new Set([...names('one'), ...names('two')]).size).toBe(4);
    expect(names('d'.repeat(100)).every((name) => name.length <= 255)).toBe(true);
  });
});
