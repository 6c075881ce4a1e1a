/** The policies of the delivery file as the simulator plays them: what SageMaker is sent, and how long a deployment may take. */
import { describe, expect, it } from 'vitest';
import { emptyDelivery } from '../../src/core/delivery/delivery-file.ts';
import type { Deployment } from '../../src/core/deployment/deployment.ts';
import type { ShapeObject } from '../../src/core/shapes/shapes.ts';
import { runRounds, settings, startLive, type TestContext } from './harness.ts';

const hourMs = 3_600_000;

/** An endpoint with this many instances and a live model, and then the policy. */
async function liveWith(rollout: ShapeObject, endpointInstanceCount = 4): Promise<TestContext> {
  const delivery = { ...emptyDelivery, defaults: { ...settings.delivery.defaults, delivery: { rollout } } };
  const { context } = await startLive({ endpointInstanceCount, delivery });
  return context;
}

async function deploymentOf(context: TestContext, trainingJobName: string): Promise<Deployment> {
  const [deployment] = await context.deploymentsOf(trainingJobName);
  if (deployment === undefined) throw new Error(`${trainingJobName} has no deployment`);
  return deployment;
}

const updatesOf = ({ simulator }: TestContext): unknown[] =>
  simulator
    .calls({ operation: 'UpdateEndpoint', withInput: true })
    .map(({ input }) => (input as { DeploymentConfig?: unknown }).DeploymentConfig);

const guard = { max_error_rate: 0.05, max_latency_ms: 800 };

describe('a deployment whose policy has a rollout', () => {
  it.each([
    ['linear', { size_percent: 50, bake_seconds: 180, guard }],
    ['rolling', { size_percent: 25, bake_seconds: 180, guard }],
  ])('goes live by a rollout of the strategy %s that SageMaker takes, and leaves no guard alarm', async (strategy, members) => {
    const context = await liveWith({ strategy, ...members });
    const name = await context.start();
    await context.settle();
    const deployment = await deploymentOf(context, name);
    expect(deployment).toMatchObject({ status: 'deployed', rollout: { strategy } });
    expect(updatesOf(context)).toEqual([deployment.rollout?.deploymentConfig]);
    expect(deployment.rollout?.alarms.map(({ isOwn }) => isOwn)).toEqual([true, true]);
    expect(context.simulator.alarms()).toEqual([]);
  });

  it('has the whole time of its rollout, however long it waited for an alarm before', async () => {
    const context = await liveWith({ strategy: 'canary', bake_seconds: 3600, alarms: ['mine'] });
    await context.ctx.alarms.putMetricAlarm(
      {
        AlarmName: 'mine',
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
    context.simulator.forceAlarm('mine', { state: 'ALARM' });
    const name = await context.start();
    await context.untilQueued(name);
    await runRounds(context, 20, 300);
    expect(await deploymentOf(context, name)).toMatchObject({ status: 'in_progress', waitsForKind: 'alarm', rollout: null });
    context.simulator.forceAlarm('mine', { state: 'OK' });
    const began = context.clock.now;
    await context.round();
    const { deadlineAt, rollout } = await deploymentOf(context, name);
    // Three bakes of an hour, and the 2 hours of MAX_DEPLOYMENT_WAIT_SECONDS.
    expect(rollout?.deploymentConfig).toMatchObject({ BlueGreenUpdatePolicy: { MaximumExecutionTimeoutInSeconds: 5 * 3600 } });
    expect((deadlineAt ?? 0) - began).toBeGreaterThan(5 * hourMs);
    await context.settle({ rounds: 400, everySeconds: 60 });
    expect(await deploymentOf(context, name)).toMatchObject({ status: 'deployed' });
  });
});
