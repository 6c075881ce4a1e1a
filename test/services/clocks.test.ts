import { describe, expect, it } from 'vitest';
import { advanceDeployment } from '../../src/services/deployment/run-deployment.ts';
import { readRun } from '../../src/services/training/get-run.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { startWorld, type World } from './harness.ts';

const minute = 60_000;
const hour = 60 * minute;

/** The service's clock is ahead of SageMaker's by that, or behind. */
const setAhead = (world: World, aheadMs: number): void => {
  world.services.now = () => world.clock.now + aheadMs;
};

describe('a clock that is wrong', () => {
  it.each([
    ['10 min ahead, and put right', 10 * minute, 0],
    ['right, and put back an hour', 0, -hour],
    ['two days ahead, and an hour back', 48 * hour, -hour],
  ])('%s: the newest training goes live, one after the other', async (_, first, then) => {
    const world = await startWorld();
    setAhead(world, first);
    const a = await world.start();
    await world.settle();
    setAhead(world, then);
    for (const name of ['b', 'c']) {
      const job = await world.start({ trainingJobName: name });
      await world.settle();
      expect(await world.deploymentsOf(job)).toMatchObject([{ status: 'deployed' }]);
    }
    const again = requestDeployment(world.services, { trainingJobName: a, force: false, trigger: 'api' });
    await expect(again).rejects.toMatchObject({
      code: 'superseded',
      message: expect.stringContaining('newer training c is deployed'),
    });
    expect(await world.store.liveDeployment('live')).toMatchObject({ trainingJobName: 'c' });
  });

  it('brings no older training back over a newer one', async () => {
    const world = await startWorld();
    const older = await world.start({}, false);
    setAhead(world, -hour);
    const newer = await world.start();
    await world.settle();
    setAhead(world, 0);
    const request = { trainingJobName: older, force: false, trigger: 'api' } as const;
    await expect(requestDeployment(world.services, request)).rejects.toMatchObject({ code: 'superseded' });
    expect(await world.store.liveDeployment('live')).toMatchObject({ trainingJobName: newer });
  });

  it('for seconds ends neither a training nor a start', async () => {
    const world = await startWorld();
    const job = await world.start();
    world.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' }, times: 'forever' });
    const throttled = await world.start({ trainingJobName: 'throttled' });
    setAhead(world, 72 * hour);
    await world.round();
    expect(await world.store.findRun(job)).toMatchObject({ status: 'training', overdueSince: expect.any(Number) });
    expect(await world.store.findRun(throttled)).toMatchObject({ status: 'requested', overdueSince: expect.any(Number) });
    world.clock.advance(4);
    await world.round();
    setAhead(world, 0);
    await world.round();
    expect(await world.store.findRun(job)).toMatchObject({ status: 'training', overdueSince: null });
    expect(await world.store.findRun(throttled)).toMatchObject({ status: 'requested', overdueSince: null });
    world.simulator.clearFaults();
    await world.settle();
    expect(await world.store.findRun(job)).toMatchObject({ status: 'completed' });
    expect(await world.store.findRun(throttled)).toMatchObject({ status: 'completed', deploymentStatus: 'deployed' });
  });

  it('when it is put back an hour, no time limit of a deployment is an hour longer', async () => {
    const world = await startWorld({ maxDeploymentWaitMs: 60_000 });
    await world.start();
    await world.settle();
    const job = await world.start();
    const deploymentId = await world.untilQueued(job);
    world.simulator.changeSettings({ endpointUpdateSeconds: 7200 });
    setAhead(world, hour);
    await advanceDeployment(world.services, deploymentId, {});
    setAhead(world, 0);
    for (let looks = 0; looks < 8; looks += 1) {
      await world.round();
      world.clock.advance(15);
    }
    expect(await world.store.findDeployment(deploymentId)).toMatchObject({ status: 'failed', failureKind: 'timeout' });
    const { history } = await readRun(world.services, job);
    expect(history.map(({ detail }) => detail)).toContainEqual(expect.stringMatching(/the clock was put back/));
  });

  it('and time that is really up ends both, an interval later', async () => {
    const world = await startWorld({ maxTrainingWaitMs: 60_000, pollIntervalMs: 5000 });
    const job = await world.start();
    world.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' }, times: 'forever' });
    const throttled = await world.start({ trainingJobName: 'throttled' });
    const statuses = () => Promise.all([job, throttled].map(async (name) => (await world.store.findRun(name))?.status));
    for (const seconds of [61, 4]) {
      world.clock.advance(seconds);
      await world.round();
      expect(await statuses()).toEqual(['training', 'requested']);
    }
    world.clock.advance(1);
    await world.round();
    expect(await statuses()).toEqual(['timed_out', 'failed']);
    expect(await world.store.findRun(job)).toMatchObject({ failureKind: 'timeout' });
    expect(await world.store.findRun(throttled)).toMatchObject({ failureKind: 'timeout', failureReason: 'Rate exceeded' });
  });
});
