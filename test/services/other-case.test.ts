/** Names of training jobs in another case than SageMaker spells them. */
import { describe, expect, it } from 'vitest';
import type { StateChange } from '../../src/core/sagemaker/state-change.ts';
import { bootstrap } from '../../src/services/training/create-run.ts';
import { lookOnEvent } from '../../src/services/events/observe-on-event.ts';
import { readRun } from '../../src/services/training/get-run.ts';
import { receiveEvent } from '../../src/services/events/receive-event.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { findTrainingJob } from '../../src/services/training/start-run.ts';
import { stopTraining } from '../../src/services/training/stop-run.ts';
import { training } from '../../tools/testkit/simulator.ts';
import { startWorld, type World } from './harness.ts';

const deploy = (world: World, trainingJobName: string) =>
  requestDeployment(world.services, { trainingJobName, force: false, trigger: 'api' });
const event = (trainingJobName: string): StateChange => ({
  kind: 'training',
  trainingJobName,
  status: 'Completed',
  secondaryStatus: null,
  tags: {},
  at: 0,
});
const look = (world: World, job: string) => lookOnEvent(world.services, job, { actor: 'event', troubleSince: null });
const runs = async (world: World): Promise<string[]> =>
  (await world.store.listRuns({}, { limit: 100, cursor: null })).items.map(({ trainingJobName }) => trainingJobName);

describe('a name in another case', () => {
  it('deploys the training that SageMaker means by it', async () => {
    const world = await startWorld();
    await world.start({ trainingJobName: 'Case-1' }, false);
    await expect(deploy(world, 'CASE-1')).rejects.toMatchObject({
      code: 'training_not_completed',
      message: 'The training Case-1 is not completed: training',
    });
    world.clock.advance(200);
    expect(await deploy(world, 'CASE-1')).toMatchObject({ created: true, deployment: { trainingJobName: 'Case-1' } });
    expect(await deploy(world, 'case-1')).toMatchObject({ created: false, deployment: { trainingJobName: 'Case-1' } });
    await world.settle();
    expect(await deploy(world, 'CASE-1')).toMatchObject({ created: false, deployment: { status: 'deployed' } });
    expect(await runs(world)).toEqual(['Case-1']);
  });

  it('adopts a training that somebody else started by SageMaker’s spelling', async () => {
    const world = await startWorld();
    await world.sdk.createTrainingJob(training('Theirs'));
    await expect(deploy(world, 'THEIRS')).rejects.toMatchObject({ message: 'The training Theirs is not completed: InProgress' });
    world.clock.advance(200);
    expect(await deploy(world, 'THEIRS')).toMatchObject({ created: true, deployment: { trainingJobName: 'Theirs' } });
    expect(await deploy(world, 'theirs')).toMatchObject({ created: false });
    expect(await runs(world)).toEqual(['Theirs']);
  });

  it('of a training that ended otherwise says how', async () => {
    const world = await startWorld();
    await world.start({ trainingJobName: 'Case-1' });
    await stopTraining(world.services, 'Case-1');
    await world.settle();
    await expect(deploy(world, 'CASE-1')).rejects.toMatchObject({ message: 'The training Case-1 is not completed: stopped' });
  });

  it('is read, and stopped', async () => {
    const world = await startWorld();
    await world.start({ trainingJobName: 'Case-1' });
    expect((await readRun(world.services, 'CASE-1')).run.trainingJobName).toBe('Case-1');
    expect((await readRun(world.services, 'CASE-1')).history).not.toEqual([]);
    expect((await stopTraining(world.services, 'CASE-1')).trainingJobName).toBe('Case-1');
    await world.settle();
    expect(await world.store.findRun('Case-1')).toMatchObject({ status: 'stopped' });
  });

  it('is not stopped where SageMaker knows no training of it', async () => {
    const world = await startWorld();
    world.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    await world.start({ trainingJobName: 'Case-1' });
    await expect(stopTraining(world.services, 'CASE-1')).rejects.toMatchObject({ code: 'not_found' });
    expect(await world.store.findRun('Case-1')).toMatchObject({ stopRequestedAt: null });
  });

  it('in an event looks at the run, and adopts one that was lost once', async () => {
    const world = await startWorld();
    await world.start({ trainingJobName: 'ml-sentiment-training-Case' });
    world.clock.advance(200);
    expect(await receiveEvent(world.services, event('ML-SENTIMENT-TRAINING-CASE'))).toEqual({ accepted: true });
    expect(await look(world, 'ML-SENTIMENT-TRAINING-CASE')).toEqual({ kind: 'done' });
    expect(await world.deploymentsOf('ml-sentiment-training-Case')).toMatchObject([{ trigger: 'event' }]);

    await world.loseDatabase();
    expect(await receiveEvent(world.services, event('ml-sentiment-training-CASE'))).toEqual({ accepted: true });
    for (let times = 0; times < 3; times += 1) await look(world, 'ml-sentiment-training-CASE');
    expect(await runs(world)).toEqual(['ml-sentiment-training-Case']);
    expect(await world.store.findRun('ml-sentiment-training-Case')).toMatchObject({ status: 'completed' });
  });

  it('of a run is in use for another one', async () => {
    const world = await startWorld();
    await world.start({ trainingJobName: 'Case-1' });
    const again = bootstrap(world.services, { autoDeploy: true, idempotencyKey: null, body: { trainingJobName: 'CASE-1' } });
    await expect(again).rejects.toMatchObject({
      code: 'training_job_exists',
      message: 'There is a training run named Case-1 already',
    });
    await world.sdk.createTrainingJob(training('Theirs'));
    const theirs = bootstrap(world.services, { autoDeploy: true, idempotencyKey: null, body: { trainingJobName: 'THEIRS' } });
    await expect(theirs).rejects.toMatchObject({ code: 'training_job_exists' });
    expect(await runs(world)).toEqual(['Case-1']);
  });

  it('of another run’s training is never taken for one’s own, also where tags can’t be read', async () => {
    const world = await startWorld();
    await world.start({ trainingJobName: 'Case-1' });
    const run = await world.store.findRun('Case-1');
    if (run === null) throw new Error('there is none');
    world.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'AccessDeniedException',
      message: 'no tags for you',
      match: { operation: 'ListTags' },
      times: 'forever',
    });
    expect((await findTrainingJob(world.services, run, {})).kind).toBe('own');
    expect((await findTrainingJob(world.services, { ...run, runId: 'another', trainingJobName: 'CASE-1' }, {})).kind).toBe(
      'theirs',
    );
  });
});
