import { SageMaker } from '@aws-sdk/client-sagemaker';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSagemaker } from '../../src/sagemaker/sagemaker.ts';
import { advanceDeployment } from '../../src/services/deployment/run-deployment.ts';
import { observeTraining } from '../../src/services/training/observe-run.ts';
import { reconcile } from '../../src/services/system/reconcile.ts';
import { removeRun } from '../../src/services/training/remove-run.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { stopTraining } from '../../src/services/training/stop-run.ts';
import { startSimulator, training } from '../../tools/testkit/simulator.ts';
import { startWorld, type World } from './harness.ts';

const hour = 3_600_000;

/** The same service, whose process speaks to another region or account: another SageMaker. */
async function elsewhere(world: World, { region = 'us-east-1', accountId = '123456789012' }): Promise<World['services']> {
  const { simulator } = await startSimulator({ accountId, now: () => world.clock.now });
  const client = { region, endpoint: simulator.url, credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' } };
  const sdk = new SageMaker(client);
  const sagemaker = createSagemaker({ client });
  onTestFinished(() => {
    sdk.destroy();
    sagemaker.close();
  });
  await sdk.createTrainingJob(training('theirs'));
  return { ...world.services, sagemaker };
}

const look = (services: World['services'], job: string) => observeTraining(services, job, { actor: 'poll', troubleSince: null });

describe.each([
  ['of another region', { region: 'eu-west-1' }, 'us-east-1, account 123456789012, and this process speaks to eu-west-1'],
  ['of another account', { accountId: '999999999999' }, 'speaks to us-east-1, account 999999999999'],
])('a process %s', (_, where, told) => {
  it('ends no training that it can’t see, and says why, once', async () => {
    const world = await startWorld();
    const job = await world.start();
    const wrong = await elsewhere(world, where);
    for (const seconds of [600, 60, 60, 49 * 3600, 60]) {
      world.clock.advance(seconds);
      expect(await look(wrong, job)).toMatchObject({ kind: 'again' });
    }
    expect(await world.store.findRun(job)).toMatchObject({ status: 'training', overdueSince: null });
    expect(await world.store.passedOver()).toMatchObject([
      { kind: 'run_elsewhere', name: job, reason: expect.stringContaining(told), count: 5 },
    ]);
    expect(world.lines.filter((line) => line.includes('is passed over'))).toHaveLength(1);
    // A process of the right place goes on with it, and the warning passes.
    await world.settle();
    expect(await world.deploymentsOf(job)).toMatchObject([{ status: 'deployed' }]);
    world.clock.now += hour;
    await reconcile(world.services);
    expect(await world.store.passedOver()).toEqual([]);
  });

  it('stops, deploys and removes nothing there, and says so', async () => {
    const world = await startWorld();
    const job = await world.start();
    const wrong = await elsewhere(world, where);
    const refusal = { code: 'sagemaker_unavailable', message: expect.stringContaining(told) };
    await expect(stopTraining(wrong, job)).rejects.toMatchObject(refusal);
    expect(await world.store.findRun(job)).toMatchObject({ stopRequestedAt: expect.any(Number) });
    await expect(requestDeployment(wrong, { trainingJobName: job, force: false, trigger: 'api' })).rejects.toMatchObject(refusal);
    await expect(removeRun(wrong, job)).rejects.toMatchObject(refusal);
    await world.settle();
    expect(await world.store.findRun(job)).toMatchObject({ status: 'stopped' });
  });

  it('makes no model and no endpoint there', async () => {
    const world = await startWorld();
    const job = await world.start();
    const deploymentId = await world.untilQueued(job);
    const wrong = await elsewhere(world, where);
    await wrong.sagemaker.listTrainingJobs({});
    expect(await advanceDeployment(wrong, deploymentId, {})).toMatchObject({ kind: 'again' });
    expect(await world.store.findDeployment(deploymentId)).toMatchObject({ status: 'queued' });
    await world.settle();
    expect(await world.store.findDeployment(deploymentId)).toMatchObject({ status: 'deployed' });
  });
});

it('a training that SageMaker really has forgotten still ends', async () => {
  const world = await startWorld();
  const job = await world.start();
  world.simulator.reset();
  world.clock.advance(301);
  await look(world.services, job);
  world.clock.advance(60);
  await look(world.services, job);
  expect(await world.store.findRun(job)).toMatchObject({
    status: 'failed',
    failureReason: expect.stringContaining('no longer knows the training job'),
  });
});
