import { describe, expect, it } from 'vitest';
import { runDeployment } from '../../src/services/deployment/run-deployment.ts';
import { getRun } from '../../src/services/training/get-run.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { startTestContext, type TestContext } from './harness.ts';

const minute = 60_000;
const hour = 60 * minute;

/** How far the service's clock is ahead of SageMaker's; negative: behind. */
const setAhead = (context: TestContext, aheadMs: number): void => {
  context.ctx.now = () => context.clock.now + aheadMs;
};

describe('a clock that is wrong', () => {
  it.each([
    ['10 min ahead, and then right', 10 * minute, 0],
    ['right, and put back an hour', 0, -hour],
    ['two days ahead, and an hour back', 48 * hour, -hour],
  ])('%s: each newer training goes live', async (_, first, then) => {
    const context = await startTestContext();
    setAhead(context, first);
    const a = await context.start();
    await context.settle();
    setAhead(context, then);
    for (const name of ['b', 'c']) {
      const job = await context.start({ trainingJobName: name });
      await context.settle();
      expect(await context.deploymentsOf(job)).toMatchObject([{ status: 'deployed' }]);
    }
    const repeated = requestDeployment(context.ctx, { trainingJobName: a, force: false, trigger: 'api' });
    await expect(repeated).rejects.toMatchObject({
      code: 'superseded',
      message: expect.stringContaining('newer training c is deployed'),
    });
    expect(await context.store.deployments.findLive('live')).toMatchObject({ trainingJobName: 'c' });
  });

  it('replaces no newer training with an older one', async () => {
    const context = await startTestContext();
    const older = await context.start({}, false);
    setAhead(context, -hour);
    const newer = await context.start();
    await context.settle();
    setAhead(context, 0);
    const request = { trainingJobName: older, force: false, trigger: 'api' } as const;
    await expect(requestDeployment(context.ctx, request)).rejects.toMatchObject({ code: 'superseded' });
    expect(await context.store.deployments.findLive('live')).toMatchObject({ trainingJobName: newer });
  });

  it('ends neither a training nor a start within seconds', async () => {
    const context = await startTestContext();
    const job = await context.start();
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' }, times: 'forever' });
    const throttled = await context.start({ trainingJobName: 'throttled' });
    setAhead(context, 72 * hour);
    await context.round();
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'training', overdueSince: expect.any(Number) });
    expect(await context.store.runs.find(throttled)).toMatchObject({ status: 'requested', overdueSince: expect.any(Number) });
    context.clock.advance(4);
    await context.round();
    setAhead(context, 0);
    await context.round();
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'training', overdueSince: null });
    expect(await context.store.runs.find(throttled)).toMatchObject({ status: 'requested', overdueSince: null });
    context.simulator.clearFaults();
    await context.settle();
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'completed' });
    expect(await context.store.runs.find(throttled)).toMatchObject({ status: 'completed', deploymentStatus: 'deployed' });
  });

  it('extends no time limit of a deployment when it is put back an hour', async () => {
    const context = await startTestContext({ maxDeploymentWaitMs: 60_000 });
    await context.start();
    await context.settle();
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    context.simulator.changeSettings({ endpointUpdateSeconds: 7200 });
    setAhead(context, hour);
    await runDeployment(context.ctx, { deploymentId });
    setAhead(context, 0);
    for (let observations = 0; observations < 8; observations += 1) {
      await context.round();
      context.clock.advance(15);
    }
    expect(await context.store.deployments.find(deploymentId)).toMatchObject({ status: 'failed', failureKind: 'timeout' });
    const { history } = await getRun(context.ctx, { trainingJobName: job });
    expect(history.map(({ detail }) => detail)).toContainEqual(expect.stringMatching(/the clock was put back/));
  });

  it('lets a time limit that is really over end both, an interval later', async () => {
    const context = await startTestContext({ maxTrainingWaitMs: 60_000, pollIntervalMs: 5000 });
    const job = await context.start();
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' }, times: 'forever' });
    const throttled = await context.start({ trainingJobName: 'throttled' });
    const statuses = () => Promise.all([job, throttled].map(async (name) => (await context.store.runs.find(name))?.status));
    for (const seconds of [61, 4]) {
      context.clock.advance(seconds);
      await context.round();
      expect(await statuses()).toEqual(['training', 'requested']);
    }
    context.clock.advance(1);
    await context.round();
    expect(await statuses()).toEqual(['timed_out', 'failed']);
    expect(await context.store.runs.find(job)).toMatchObject({ failureKind: 'timeout' });
    expect(await context.store.runs.find(throttled)).toMatchObject({ failureKind: 'timeout', failureReason: 'Rate exceeded' });
  });
});
