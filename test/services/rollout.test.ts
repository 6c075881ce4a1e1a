import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { guardAlarms } from '../../src/core/deployment/guard-alarms.ts';
import type { Deployment } from '../../src/core/deployment/deployment.ts';
import { emptyDelivery } from '../../src/core/delivery/delivery-file.ts';
import { noLayers } from '../../src/core/shapes/shape-layers.ts';
import type { ShapeObject } from '../../src/core/shapes/shapes.ts';
import { removeGuardAlarms } from '../../src/services/deployment/remove-guard-alarms.ts';
import { removeOrphanedAlarms } from '../../src/services/deployment/remove-orphaned-alarms.ts';
import { runDeployment } from '../../src/services/deployment/run-deployment.ts';
import { endpointName, settings, startTestContext, type TestContext } from './harness.ts';

const start = async (delivery: ShapeObject, endpointInstanceCount = 4): Promise<TestContext> => {
  const defaults = { ...settings.delivery.defaults, delivery };
  const context = await startTestContext({ delivery: { ...emptyDelivery, defaults }, endpointInstanceCount });
  context.simulator.changeSettings({ endpointUpdateSeconds: 120 });
  return context;
};

const newest = async (context: TestContext, trainingJobName: string): Promise<Deployment> => {
  const [deployment] = await context.deploymentsOf(trainingJobName);
  if (deployment === undefined) throw new Error(`${trainingJobName} has no deployment`);
  return deployment;
};

/** One training live, and a second one whose deployment has come so far. */
async function second(
  context: TestContext,
  until: (deployment: Deployment) => boolean,
): Promise<{ first: string; second: string }> {
  const first = await context.start();
  await context.settle();
  expect((await newest(context, first)).status).toBe('deployed');
  const next = await context.start();
  await context.untilQueued(next);
  for (let count = 0; count < 300 && !until(await newest(context, next)); count += 1) {
    await context.round();
    context.clock.advance(15);
  }
  expect(until(await newest(context, next))).toBe(true);
  return { first, second: next };
}

const details = async ({ store }: TestContext, trainingJobName: string): Promise<string[]> =>
  (await store.history.list({ trainingJobName })).map(({ detail }) => detail ?? '');

const canary = { strategy: 'canary', size_percent: 25, bake_seconds: 600, guard: { max_error_rate: 0.01, max_latency_ms: 500 } };

describe('a canary', () => {
  it('goes live in stages, which the deployment shows, and leaves no alarm', async () => {
    const context = await start({ rollout: canary });
    const { first, second: name } = await second(context, ({ rollout }) => rollout?.phase === 'baking');
    expect((await newest(context, first)).rollout, 'that of its creation').toMatchObject({ trafficPercent: 100 });
    expect(await newest(context, name)).toMatchObject({
      status: 'in_progress',
      waitsForKind: 'bake',
      rollout: { strategy: 'canary', trafficPercent: 25, alarms: [{ isOwn: true }, { isOwn: true }] },
    });
    expect(context.simulator.alarms()).toHaveLength(2);
    await context.settle({ everySeconds: 30 });
    expect(await newest(context, name)).toMatchObject({ status: 'deployed', rollout: { trafficPercent: 100 } });
    expect(context.simulator.alarms()).toEqual([]);
    expect((await details(context, name)).filter((detail) => detail.startsWith('rollout: baking'))).toEqual([
      'rollout: baking, 25 % of the traffic',
      'rollout: baking, 100 % of the traffic',
    ]);
  });

  it('ends by its alarm, which the reason names where SageMaker gives none', async () => {
    const context = await start({ rollout: canary });
    const { first, second: name } = await second(context, ({ rollout }) => rollout?.phase === 'baking');
    const [alarm] = (await newest(context, name)).rollout?.alarms ?? [];
    context.simulator.forceAlarm(alarm?.name ?? '', { state: 'ALARM', reason: 'errors' });
    await context.settle({ everySeconds: 30 });
    expect(await newest(context, name)).toMatchObject({
      status: 'rolled_back',
      failureKind: 'alarm',
      failureReason: `the alarm ${alarm?.name} ended the rollout`,
      rollout: { trafficPercent: 0 },
    });
    expect((await context.store.deployments.findLive(endpointName))?.trainingJobName).toBe(first);
    expect(context.simulator.alarms()).toEqual([]);
  });

  it('is all at once with the bake where the fleet has one instance, and says so', async () => {
    const context = await start({ rollout: canary }, 1);
    const { second: name } = await second(context, ({ status }) => status === 'deployed');
    expect((await newest(context, name)).rollout).toMatchObject({ strategy: 'all_at_once' });
    expect((await details(context, name)).some((detail) => detail.includes('needs 2 instances'))).toBe(true);
  });

  it('leaves no guard alarm that a worker makes after another one has removed it', async () => {
    const context = await start({ rollout: canary });
    const { alarms, store } = context.ctx;
    const putMetricAlarm = alarms.putMetricAlarm.bind(alarms);
    vi.spyOn(alarms, 'putMetricAlarm').mockImplementationOnce(async (request, tags) => {
      // Paused behind the check of its claim.
      await context.settle({ everySeconds: 30 });
      expect(context.simulator.alarms()).toEqual([]);
      await putMetricAlarm(request, tags);
    });
    await context.start();
    await context.settle();
    const name = await context.start();
    const deploymentId = await context.untilQueued(name);
    await expect(runDeployment(context.ctx, { deploymentId })).rejects.toThrow('another worker has claimed');
    expect(await newest(context, name)).toMatchObject({ status: 'deployed' });
    expect(context.simulator.alarms()).toHaveLength(1);
    await removeGuardAlarms(context.ctx);
    expect(context.simulator.alarms()).toEqual([]);
    expect(await store.guardAlarms.listEnded(10)).toEqual([]);
  });

  it('is ended early by an abort, through its guard alarm', async () => {
    const context = await start({ rollout: canary });
    const { first, second: name } = await second(context, ({ rollout }) => rollout?.phase === 'baking');
    const { deploymentId, endpointConfigName } = await newest(context, name);
    const before = context.clock.now;
    await context.store.delivery.abort({ deploymentId, by: 'ana', reason: 'wrong', now: before });
    await context.settle({ everySeconds: 15 });
    expect(await newest(context, name)).toMatchObject({ status: 'rolled_back', failureReason: 'aborted by ana: wrong' });
    expect((await context.ctx.sagemaker.describeEndpoint(endpointName)).endpointConfigName).not.toBe(endpointConfigName);
    expect((await context.store.deployments.findLive(endpointName))?.trainingJobName).toBe(first);
    expect(context.simulator.alarms()).toEqual([]);
  });
});

it.each(['linear', 'rolling'])('a %s rollout goes to its end', async (strategy) => {
  const context = await start({ rollout: { strategy, size_percent: 25, bake_seconds: 60 } });
  const { second: name } = await second(context, ({ status }) => status === 'deployed');
  expect(await newest(context, name)).toMatchObject({ rollout: { strategy, trafficPercent: 100 } });
});

describe('an alarm that is in ALARM before the rollout', () => {
  const policy = { rollout: { strategy: 'all_at_once', bake_seconds: 300, alarms: ['foreign'] } };
  const putAlarm = ({ ctx }: TestContext) =>
    ctx.alarms.putMetricAlarm(
      {
        AlarmName: 'foreign',
        Namespace: 'AWS/SageMaker',
        MetricName: 'Invocation5XXErrors',
        Statistic: 'Average',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 0.5,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'notBreaching',
      },
      {},
    );

  it('makes the deployment wait until it is over', async () => {
    const context = await start(policy);
    await putAlarm(context);
    const first = await context.start();
    await context.settle();
    context.simulator.forceAlarm('foreign', { state: 'ALARM', reason: 'the old fleet errs' });
    const name = await context.start();
    await context.untilQueued(name);
    for (let count = 0; count < 10; count += 1) await context.round();
    expect(await newest(context, name)).toMatchObject({ status: 'in_progress', waitsForKind: 'alarm', endpointChange: null });
    context.simulator.forceAlarm('foreign', null);
    context.clock.advance(60);
    await context.settle();
    expect((await newest(context, name)).status).toBe('deployed');
    // What is not the service's own stays.
    expect(context.simulator.alarms().map(({ name: alarm }) => alarm)).toEqual(['foreign']);
    expect(first).not.toBe(name);
  });

  it('ends the deployment at its time limit, and touches nothing', async () => {
    const context = await start(policy);
    await putAlarm(context);
    const first = await context.start();
    await context.settle();
    context.simulator.forceAlarm('foreign', { state: 'ALARM', reason: 'the old fleet errs' });
    const name = await context.start();
    await context.settle({ everySeconds: 120 });
    const { status, failureKind, failureReason } = await newest(context, name);
    expect({ status, failureKind }).toEqual({ status: 'failed', failureKind: 'timeout' });
    expect(failureReason).toContain('foreign is in ALARM');
    const { endpointConfigName } = await context.ctx.sagemaker.describeEndpoint(endpointName);
    expect(endpointConfigName).toBe((await newest(context, first)).endpointConfigName);
  });
});

describe('a deployment that is verified', () => {
  const verify = (more: ShapeObject = {}): ShapeObject => ({
    verify: {
      requests: [{ body: '{"text":"good"}', content_type: 'application/json', expect: { contains: 'positive' } }],
      ...more,
    },
  });
  const startWith = (context: TestContext, body: string): Promise<string> => {
    const model = { PrimaryContainer: { Environment: { SIMULATOR_RESPONSE: body } } };
    return context.start({ shapes: { ...noLayers, model } });
  };

  it('goes live when the endpoint answers as expected', async () => {
    const context = await start(verify());
    const name = await startWith(context, '{"label":"positive"}');
    await context.settle();
    expect(await newest(context, name)).toMatchObject({
      status: 'deployed',
      verification: { status: 'passed', requests: 1, failures: [] },
    });
  });

  it('goes back to what served before when it does not', async () => {
    const context = await start(verify());
    const first = await startWith(context, '{"label":"positive"}');
    await context.settle();
    const before = (await newest(context, first)).endpointConfigName;
    const name = await startWith(context, '{"label":"secret-text"}');
    await context.settle();
    const deployment = await newest(context, name);
    expect(deployment).toMatchObject({ status: 'rolled_back', failureKind: 'verification', verification: { status: 'failed' } });
    expect(deployment.failureReason).not.toContain('secret-text');
    expect((await context.ctx.sagemaker.describeEndpoint(endpointName)).endpointConfigName).toBe(before);
    expect((await context.store.deployments.findLive(endpointName))?.trainingJobName).toBe(first);
    // The next one starts from what serves, and not from what was turned back.
    const third = await startWith(context, '{"label":"positive"}');
    await context.settle();
    expect((await newest(context, third)).status).toBe('deployed');
  });

  it('fails and leaves the endpoint where there is nothing to go back to', async () => {
    const context = await start(verify());
    const name = await startWith(context, '{"label":"negative"}');
    await context.settle();
    expect(await newest(context, name)).toMatchObject({ status: 'failed', failureKind: 'verification' });
    expect((await context.ctx.sagemaker.describeEndpoint(endpointName)).status).toBe('InService');
  });

  it('goes live all the same where failures are only reported', async () => {
    const context = await start(verify({ on_failure: 'report' }));
    const name = await startWith(context, '{"label":"negative"}');
    await context.settle();
    expect(await newest(context, name)).toMatchObject({ status: 'deployed', verification: { status: 'failed' } });
  });
});

describe('removeOrphanedAlarms', () => {
  const subject = { endpointName, endpointConfigName: 'any', variantName: 'AllTraffic' };
  const guard = { maxErrorRate: 0.01, maxLatencyMs: 500 };
  /** As another database's deployment, and another project's, have made them. */
  const put = async ({ ctx }: TestContext, project: string): Promise<string[]> => {
    const alarms = guardAlarms(guard, 600, { ...subject, project, deploymentId: randomUUID() });
    for (const alarm of alarms) await ctx.alarms.putMetricAlarm({ ...alarm }, {});
    return alarms.map(({ AlarmName }) => AlarmName);
  };
  const names = ({ simulator }: TestContext): string[] => simulator.alarms().map(({ name }) => name);

  it('removes what a lost database left behind once no rollout can last so long', async () => {
    const context = await start({ rollout: canary });
    const { projectName: project } = context.ctx.settings;
    const lost = await put(context, project);
    const ofAnother = await put(context, `${project}-2`);
    await removeOrphanedAlarms(context.ctx);
    expect(names(context)).toEqual(expect.arrayContaining(lost));
    context.clock.advance(25 * 3600);
    await removeOrphanedAlarms(context.ctx);
    expect(names(context).toSorted()).toEqual(ofAnother.toSorted());
  });

  it('asks CloudWatch nothing where no policy has a guard', async () => {
    const context = await start({ rollout: { strategy: 'all_at_once' } });
    const lost = await put(context, context.ctx.settings.projectName);
    context.clock.advance(25 * 3600);
    await removeOrphanedAlarms(context.ctx);
    expect(names(context).toSorted()).toEqual(lost.toSorted());
    expect(context.simulator.calls({ operation: 'DescribeAlarms' })).toEqual([]);
  });
});
