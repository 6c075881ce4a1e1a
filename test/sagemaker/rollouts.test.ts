import { describe, expect, it } from 'vitest';
import { type AlarmSubject } from '../../src/core/deployment/guard-alarms.ts';
import type { Rollout } from '../../src/core/deployment/delivery-state.ts';
import { planRollout, type RolloutPlan } from '../../src/core/deployment/plan-rollout.ts';
import { withEndpoint } from '../../src/core/deployment/rollout-progress.ts';
import type { RolloutPolicy } from '../../src/core/delivery/policy.ts';
import { image } from '../../tools/testkit/simulator.ts';
import { type Connected, connect, failure, makeEndpoint, model } from './harness.ts';

const subject: AlarmSubject = {
  deploymentId: 'd-1',
  project: 'p',
  endpointName: 'live',
  endpointConfigName: 'two',
  variantName: 'AllTraffic',
};

const guard = { maxErrorRate: 0.05, maxLatencyMs: null };

const planned = (rollout: Partial<RolloutPolicy>, instanceCount: number): RolloutPlan =>
  planRollout({
    rollout: { strategy: 'all_at_once', sizePercent: null, bakeSeconds: 300, alarms: [], guard, ...rollout },
    live: { instanceCount, isServerless: false },
    subject,
    maxDeploymentWaitMs: 7_200_000,
  });

/** Makes the alarms of a plan, and updates the endpoint as it says. */
async function begin({ sagemaker }: Connected, { guardAlarms, deploymentConfig }: RolloutPlan): Promise<void> {
  for (const alarm of guardAlarms) await sagemaker.alarms.putMetricAlarm(JSON.parse(JSON.stringify(alarm)), {});
  await sagemaker.updateEndpoint({
    endpointName: 'live',
    endpointConfigName: 'two',
    deploymentConfig: JSON.parse(JSON.stringify(deploymentConfig)),
  });
}

describe('describeEndpoint', () => {
  it('shows the stages of a rollout, counts, weights and the images that were resolved', async () => {
    const connected = await connect();
    const { sagemaker, clock } = connected;
    await makeEndpoint(connected, 4);
    const startedAt = clock.now;
    await begin(connected, planned({ strategy: 'canary', sizePercent: 25 }, 4));
    clock.advance(100);
    const seen = await sagemaker.describeEndpoint('live');
    const fleet = { variantName: 'AllTraffic', desiredInstanceCount: 4, currentWeight: 1, desiredWeight: 1 };
    const deployedImages = [
      { specifiedImage: image, resolvedImage: expect.stringContaining('@sha256:'), resolvedAt: expect.any(Number) },
    ];
    expect(seen).toMatchObject({
      status: 'Updating',
      endpointConfigName: 'one',
      variants: [{ ...fleet, currentInstanceCount: 4, statuses: [], deployedImages }],
      pendingDeployment: {
        endpointConfigName: 'two',
        startedAt,
        variants: [
          {
            ...fleet,
            currentInstanceCount: 1,
            statuses: [
              {
                status: 'Baking',
                statusMessage:
                  'Baking for 300 seconds (WaitIntervalInSeconds) with traffic enabled on canary capacity of 1 instance(s).',
                startedAt: startedAt + 51_000,
              },
            ],
            deployedImages,
          },
        ],
      },
      lastDeploymentConfig: { BlueGreenUpdatePolicy: { TerminationWaitInSeconds: 300 } },
    });
  });
});

describe('the phase and the traffic of a rollout', () => {
  /** What is recorded of it, from its beginning to its end. */
  async function watch({ sagemaker, clock }: Connected): Promise<string[]> {
    let rollout: Rollout = { strategy: 'canary', phase: null, trafficPercent: null, alarms: [], deploymentConfig: null };
    const seen: string[] = [];
    for (let seconds = 0; seconds < 6000; seconds += 3) {
      const endpoint = await sagemaker.describeEndpoint('live');
      if (endpoint.status !== 'Updating') return seen;
      const next = withEndpoint(rollout, endpoint);
      if (next !== rollout) seen.push(`${next.phase} ${next.trafficPercent}`);
      rollout = next;
      clock.advance(3);
    }
    throw new Error('the rollout does not end');
  }

  it.each<[string, Partial<RolloutPolicy>, string[]]>([
    [
      'canary',
      { strategy: 'canary', sizePercent: 25 },
      ['creating 0', 'activating_traffic 0', 'baking 25', 'activating_traffic 25', 'baking 100'],
    ],
    [
      'rolling',
      { strategy: 'rolling', sizePercent: 50 },
      ['creating 0', 'activating_traffic 0', 'baking 50', 'creating 50', 'activating_traffic 50', 'baking 100'],
    ],
  ])('follow what SageMaker shows: %s', async (_what, rollout, expected) => {
    const connected = await connect({}, { settings: { waitScale: 0.1 } });
    await makeEndpoint(connected, 4);
    await begin(connected, planned(rollout, 4));
    expect(await watch(connected)).toEqual(expected);
  });

  it('are those of the old fleet again when an alarm has ended it', async () => {
    const connected = await connect({}, { settings: { waitScale: 0.1 } });
    await makeEndpoint(connected, 4);
    const plan = planned({ strategy: 'canary', sizePercent: 25 }, 4);
    await begin(connected, plan);
    connected.simulator.forceAlarm(String(plan.guardAlarms[0]?.AlarmName), { state: 'ALARM' });
    expect(await watch(connected)).toEqual(['creating 0', 'activating_traffic 0', 'deleting 0']);
  });
});

describe('updateEndpoint with a planned rollout', () => {
  it.each<[string, Partial<RolloutPolicy>, number]>([
    ['all at once', {}, 1],
    ['a canary', { strategy: 'canary', sizePercent: 10 }, 2],
    ['linear', { strategy: 'linear', sizePercent: 30 }, 3],
    ['rolling', { strategy: 'rolling', sizePercent: 50 }, 2],
    ['a canary of one instance', { strategy: 'canary', sizePercent: 10 }, 1],
  ])('goes through when the new model is good: %s', async (_what, rollout, count) => {
    const connected = await connect();
    await makeEndpoint(connected, count);
    await begin(connected, planned(rollout, count));
    connected.clock.advance(4000);
    expect(await connected.sagemaker.describeEndpoint('live')).toMatchObject({ status: 'InService', endpointConfigName: 'two' });
  });

  it.each<[string, Partial<RolloutPolicy>]>([
    ['all at once', {}],
    ['a canary', { strategy: 'canary', sizePercent: 25 }],
    ['linear', { strategy: 'linear', sizePercent: 50 }],
    ['rolling', { strategy: 'rolling', sizePercent: 25 }],
  ])('goes back when the guard alarm sees the errors of the new model: %s', async (_what, rollout) => {
    // Numbers without a period that is a divisor of the requests' draws.
    let drawn = 0;
    const random = () => ((drawn += 37) % 101) / 101;
    const connected = await connect({}, { random });
    const { sagemaker, simulator, clock } = connected;
    await makeEndpoint(connected, 4);
    await sagemaker.createModel(model('bad'));
    const [variant] = (await sagemaker.describeEndpointConfig('two')).shape['ProductionVariants'] as object[];
    await sagemaker.deleteEndpointConfig('two');
    const request = { ProductionVariants: [{ ...variant, ModelName: 'bad' }] };
    await sagemaker.createEndpointConfig({ name: 'two', request, tags: {} });
    simulator.setModelBehavior('bad', { status: 500 });
    const plan = planned(rollout, 4);
    await begin(connected, plan);
    for (let minute = 0; minute < 30; minute += 1) {
      for (let time = 0; time < 12; time += 1) {
        await sagemaker.invocations.invokeEndpoint({ endpointName: 'live', body: '1', contentType: 'text/csv', timeoutMs: 5000 });
      }
      if ((await sagemaker.describeEndpoint('live')).status === 'InService') break;
      clock.advance(60);
    }
    expect(await sagemaker.describeEndpoint('live')).toMatchObject({
      status: 'InService',
      endpointConfigName: 'one',
      failureReason: null,
    });
    expect(simulator.effects({ kind: 'rollout_alarmed' })).toMatchObject([{ detail: { alarm: plan.guardAlarms[0]?.AlarmName } }]);
  });
});

describe('deleteModel, deleteEndpointConfig and deleteTags', () => {
  it('delete what there is, and do not find what there is not', async () => {
    const { sagemaker } = await connect();
    const { arn } = await sagemaker.createModel({ ...model('m'), tags: { a: '1', b: '2' } });
    await sagemaker.deleteTags(arn, ['a', 'none']);
    expect(await sagemaker.listTags(arn)).toEqual({ b: '2' });
    await sagemaker.deleteModel('m');
    expect(await failure(sagemaker.deleteModel('m'))).toMatchObject({ kind: 'not_found', resource: 'model' });
    expect(await failure(sagemaker.deleteEndpointConfig('none'))).toMatchObject({
      kind: 'not_found',
      resource: 'endpoint_config',
    });
  });
});
