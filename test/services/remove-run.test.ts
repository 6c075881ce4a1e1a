import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../src/core/errors.ts';
import { adoptLost } from '../../src/services/adoption/adopt-orphans.ts';
import { lookOnEvent } from '../../src/services/events/observe-on-event.ts';
import { newSearch } from '../../src/services/adoption/orphan-search.ts';
import { reconcile } from '../../src/services/system/reconcile.ts';
import { removeRun } from '../../src/services/training/remove-run.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { stopTraining } from '../../src/services/training/stop-run.ts';
import { training } from '../../tools/testkit/simulator.ts';
import { startWorld, type World } from './harness.ts';

const refused = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'not refused',
    (error: unknown) => (error instanceof ServiceError ? error.code : String(error)),
  );

const look = (world: World): Promise<number> => {
  world.clock.advance(31);
  return adoptLost(world.services, newSearch());
};

/** A run as an older version adopted it: no job can be made of it. */
async function adoptBad(world: World): Promise<void> {
  await world.sdk.createTrainingJob(training('bad'));
  const { TrainingJobArn: trainingJobArn = '' } = await world.sdk.describeTrainingJob({ TrainingJobName: 'bad' });
  const own = { project: 'p', autoDeploy: true, servingImage: null, secondaryStatus: null, foundEnded: false };
  const bad = { ...own, runId: 'run-bad', trainingJobName: 'bad', trainingJobArn, endpointName: 'bad name', createdAt: 0 };
  await world.store.adoptRun(bad, 'reconcile', world.clock.now);
}

describe('removing a run', () => {
  it('is refused while its training runs or a deployment is in progress, and says what to do', async () => {
    const world = await startWorld();
    const job = await world.start();
    await expect(removeRun(world.services, job)).rejects.toMatchObject({
      code: 'run_in_progress',
      message: expect.stringContaining(`InProgress: stop it first (POST /training-jobs/${job}/stop)`),
    });
    await world.untilQueued(job);
    await world.round();
    expect(await refused(removeRun(world.services, job))).toBe('deployment_in_progress');
    await world.settle();
    expect(await removeRun(world.services, job)).toMatchObject({ status: 'completed', deploymentStatus: 'deployed' });
    expect(await world.store.findRun(job)).toBeNull();
    expect(await refused(removeRun(world.services, job))).toBe('not_found');
    expect(world.effects()).not.toHaveProperty('endpoint_delete_asked');
  });

  it('is not undone by the look for lost trainings or an event, with or without the database', async () => {
    const world = await startWorld();
    const job = await world.start();
    await world.settle();
    await removeRun(world.services, job);
    expect(await look(world)).toBe(0);
    await lookOnEvent(world.services, job, { actor: 'event', troubleSince: null });
    expect(await world.store.findRun(job)).toBeNull();
    expect(await world.store.passedOver()).toEqual([]);
    await world.loseDatabase();
    expect(await look(world)).toBe(0);
    expect(await world.store.findRun(job)).toBeNull();
    // A person may want it all the same.
    await requestDeployment(world.services, { trainingJobName: job, force: false, trigger: 'api' });
    await world.settle();
    expect(await world.deploymentsOf(job)).toMatchObject([{ status: 'deployed' }]);
  });

  it('goes without its tag where tags may not be written', async () => {
    const world = await startWorld();
    const job = await world.start();
    await world.settle();
    world.simulator.addFault({ kind: 'error', status: 400, code: 'AccessDeniedException', match: { operation: 'AddTags' } });
    await removeRun(world.services, job);
    expect(await look(world)).toBe(0);
    expect(world.lines.some((line) => line.includes('a rebuilt database would adopt it again'))).toBe(true);
  });

  it('takes one that can’t be handled, once its training is over', async () => {
    const world = await startWorld();
    await adoptBad(world);
    world.clock.advance(10);
    await reconcile(world.services);
    expect(await world.store.passedOver()).toMatchObject([{ kind: 'run', name: 'bad' }]);
    expect(await refused(removeRun(world.services, 'bad'))).toBe('run_in_progress');
    await stopTraining(world.services, 'bad');
    world.clock.advance(20);
    expect(await removeRun(world.services, 'bad')).toMatchObject({ status: 'training' });
    await reconcile(world.services);
    expect(await world.store.passedOver()).toEqual([]);
  });

  it('of one that is still to be started waits for its stop', async () => {
    const world = await startWorld();
    world.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    const job = await world.start();
    world.clock.advance(20);
    expect(await refused(removeRun(world.services, job))).toBe('run_in_progress');
    await stopTraining(world.services, job);
    await world.settle();
    expect(await removeRun(world.services, job)).toMatchObject({ status: 'stopped' });
  });

  it('says when SageMaker does not tell whether the training runs', async () => {
    const world = await startWorld();
    const job = await world.start();
    world.simulator.addFault({ kind: 'error', match: { operation: 'DescribeTrainingJob' }, times: 'forever' });
    await expect(removeRun(world.services, job)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await world.store.findRun(job)).not.toBeNull();
  });
});
