/** A deployment that was ended while SageMaker might still bring it about: what goes live is recorded as live, however late. */
import { describe, expect, it } from 'vitest';
import type { FaultSpec } from 'sagemaker-simulator';
import { advanceDeployment } from '../../src/services/deployment/run-deployment.ts';
import { removeRun } from '../../src/services/training/remove-run.ts';
import { endpointName, liveConfigOf, runRounds, startLive, type World } from './harness.ts';

const endpointTags = async ({ services: { sagemaker } }: World): Promise<Record<string, string>> =>
  sagemaker.listTags((await sagemaker.describeEndpoint(endpointName)).arn);

const denied: FaultSpec = {
  kind: 'error',
  status: 400,
  code: 'AccessDeniedException',
  message: 'not authorized to perform: sagemaker:DescribeEndpoint',
  match: { operation: 'DescribeEndpoint' },
  times: 'forever',
};

/** A deployment that a limit of a minute has ended while its update takes 100 s. */
async function missedByNow(): Promise<{ world: World; first: string; job: string; id: string }> {
  const { world, first } = await startLive({ maxDeploymentWaitMs: 60_000 });
  world.simulator.changeSettings({ endpointUpdateSeconds: 100 });
  const job = await world.start();
  const id = await world.untilQueued(job);
  await runRounds(world, 6);
  expect(await world.deploymentsOf(job)).toMatchObject([{ status: 'failed', failureKind: 'timeout' }]);
  return { world, first, job, id };
}

describe('a time limit', () => {
  it('that a deployment misses by seconds: it is recorded as live all the same', async () => {
    const { world } = await startLive({ maxDeploymentWaitMs: 60_000 });
    world.simulator.changeSettings({ endpointUpdateSeconds: 100 });
    const job = await world.start();
    await world.untilQueued(job);
    await runRounds(world, 6);
    expect(await world.deploymentsOf(job)).toMatchObject([{ status: 'failed', failureKind: 'timeout' }]);
    await world.settle();
    const [deployment] = await world.deploymentsOf(job);
    expect(deployment).toMatchObject({ status: 'deployed', failureReason: null, failureKind: null, unsettledSince: null });
    expect(await liveConfigOf(world)).toBe(deployment?.endpointConfigName);
    expect((await world.store.history(job)).at(-1)).toMatchObject({ from: 'failed', to: 'deployed' });
    expect(await world.store.liveDeployment(endpointName)).toMatchObject({ deploymentId: deployment?.deploymentId });
  });

  it('that ends a deployment which is rolled back afterwards leaves it failed', async () => {
    const { world, first } = await startLive({ maxDeploymentWaitMs: 60_000 });
    world.simulator.changeSettings({ endpointUpdateSeconds: 100 });
    world.simulator.addFault({ kind: 'roll_back_update', times: 1 });
    const job = await world.start();
    await world.settle();
    expect(await world.deploymentsOf(job)).toMatchObject([{ status: 'failed', unsettledSince: null }]);
    expect(await world.store.liveDeployment(endpointName)).toMatchObject({ trainingJobName: first });
  });
});

it('access that is denied after an update was taken ends the deployment, and it is live all the same', async () => {
  const { world } = await startLive();
  world.simulator.changeSettings({ endpointUpdateSeconds: 600 });
  const job = await world.start();
  await world.untilQueued(job);
  await runRounds(world, 2);
  world.simulator.addFault(denied);
  await runRounds(world, 30);
  expect(await world.deploymentsOf(job)).toMatchObject([
    { status: 'failed', failureReason: expect.stringContaining('not authorized'), unsettledSince: expect.any(Number) },
  ]);
  world.simulator.clearFaults();
  await world.settle();
  expect(await world.deploymentsOf(job)).toMatchObject([{ status: 'deployed', failureReason: null, unsettledSince: null }]);
  expect(await world.store.liveDeployment(endpointName)).toMatchObject({ trainingJobName: job });
});

it('a refusal before anything was asked for leaves nothing to be looked at', async () => {
  const { world } = await startLive();
  world.simulator.addFault({ ...denied, message: 'not authorized', match: { operation: 'UpdateEndpoint' } });
  const job = await world.start();
  await world.untilQueued(job);
  await runRounds(world, 40);
  expect(await world.deploymentsOf(job)).toMatchObject([{ status: 'failed', unsettledSince: null }]);
});

it('the endpoint’s tag tells which training is live', async () => {
  const { world, first, job } = await missedByNow();
  expect(await endpointTags(world)).toMatchObject({ 'autodeploy:training-job-name': first });
  await world.settle();
  expect(await world.deploymentsOf(job)).toMatchObject([{ status: 'deployed' }]);
  expect(await endpointTags(world)).toMatchObject({ 'autodeploy:training-job-name': job });
});

it('the next deployment of the endpoint gets its turn at once', async () => {
  const { world, id } = await missedByNow();
  const next = await world.untilQueued(await world.start());
  const [, deploy] = world.services.queue.queues;
  await deploy?.obliterate({ force: true });
  world.clock.advance(120);
  await advanceDeployment(world.services, id, {});
  expect(await world.store.findDeployment(id)).toMatchObject({ status: 'deployed' });
  expect(await deploy?.getJob(`deploy-${next}`)).toBeDefined();
});

it('leaves the endpoint and its tags to the deployment that is under way', async () => {
  const { world, first, job, id } = await missedByNow();
  const third = await world.start();
  const next = await world.untilQueued(third);
  const { store } = world;
  await store.claimDeployment(next, world.clock.now + 3_600_000, world.clock.now);
  world.clock.advance(120);
  expect(await advanceDeployment(world.services, id, {})).toMatchObject({ kind: 'again' });
  expect(await store.findDeployment(id)).toMatchObject({ status: 'failed', unsettledSince: expect.any(Number) });
  expect(await endpointTags(world)).toMatchObject({ 'autodeploy:training-job-name': first });
  await world.settle();
  expect(await world.deploymentsOf(third)).toMatchObject([{ status: 'deployed' }]);
  expect(await world.deploymentsOf(job)).toMatchObject([{ unsettledSince: null }]);
});

it('an end that a clock wrote which was hours ahead counts from the first look on', async () => {
  const { world, id } = await missedByNow();
  const { now } = world.clock;
  world.simulator.addFault(denied);
  await world.store.noteUnsettled(id, now + 5 * 3_600_000);
  await advanceDeployment(world.services, id, {});
  expect(await world.store.findDeployment(id)).toMatchObject({ unsettledSince: now });
});

it('is given up, and said, when the endpoint is not to be seen for a day; then the run can be removed', async () => {
  const { world, job } = await missedByNow();
  world.simulator.addFault(denied);
  await expect(removeRun(world.services, job)).rejects.toMatchObject({ code: 'deployment_in_progress' });
  await runRounds(world, 2);
  world.clock.advance(24 * 3600);
  await world.settle();
  expect(world.lines.filter((line) => line.includes('the endpoint could not be seen'))).toHaveLength(1);
  await removeRun(world.services, job);
  expect(await world.store.findRun(job)).toBeNull();
});

it('is left to a worker of its region and account', async () => {
  const { world, id } = await missedByNow();
  const sagemaker = {
    ...world.services.sagemaker,
    place: async () => ({ region: 'eu-west-1', account: '123456789012', isSure: true }),
  };
  const before = await world.store.findDeployment(id);
  world.clock.advance(25 * 3600);
  expect(await advanceDeployment({ ...world.services, sagemaker }, id, {})).toMatchObject({ kind: 'again' });
  expect(await world.store.findDeployment(id)).toEqual(before);
});
