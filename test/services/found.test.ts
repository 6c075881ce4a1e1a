import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../src/core/sagemaker/tags.ts';
import { adoptLost } from '../../src/services/adoption/adopt-orphans.ts';
import { newSearch } from '../../src/services/adoption/orphan-search.ts';
import { observeTraining } from '../../src/services/training/observe-run.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { makeConfig } from '../../tools/testkit/simulator.ts';
import { told } from '../db/samples.ts';
import { endpointName, startWorld, type World } from './harness.ts';

const force = async (world: World, trainingJobName: string): Promise<void> => {
  await requestDeployment(world.services, { trainingJobName, force: true, trigger: 'api' });
  await world.settle();
};

/** g-1 and g-2 are deployed, one after the other. */
async function twoDeployed(): Promise<World> {
  const world = await startWorld();
  for (const trainingJobName of ['g-1', 'g-2']) {
    await world.start({ trainingJobName });
    await world.settle();
  }
  return world;
}

/** The database is lost, and all is looked for and carried on. */
async function rebuild(world: World): Promise<void> {
  await world.loseDatabase();
  world.clock.advance(31);
  await adoptLost(world.services, newSearch());
  await world.settle();
}

const liveConfig = async (world: World): Promise<string> =>
  (await world.sdk.describeEndpoint({ EndpointName: endpointName })).EndpointConfigName ?? '';

const saidLeft = (world: World): string[] => world.lines.filter((line) => line.includes('is not deployed by itself'));

/** Recorded as completed, with a word on why it is not deployed and how it can be. */
async function expectLeft(world: World, name: string, why: string): Promise<void> {
  expect(await world.store.findRun(name)).toMatchObject({ status: 'completed', deploymentStatus: 'none', failureReason: null });
  const line = (await told(world.store, name)).at(-1);
  expect(line).toContain('training training>completed');
  expect(line).toContain(why);
  expect(line).toContain(`POST /deploy/${name} deploys it all the same`);
  expect(saidLeft(world)).toHaveLength(1);
}

describe('after a lost database', () => {
  it('what a person took back by force stays back, until a person says otherwise', async () => {
    const world = await twoDeployed();
    await force(world, 'g-1');
    const live = await liveConfig(world);
    const before = world.effects();
    await rebuild(world);
    await expectLeft(world, 'g-2', 'a person has put g-1 there by force since');
    expect(await liveConfig(world)).toBe(live);
    expect(await world.deploymentsOf('g-1')).toMatchObject([{ status: 'deployed' }]);
    expect(world.effects()).toEqual(before);

    await force(world, 'g-2');
    expect(await world.deploymentsOf('g-2')).toMatchObject([{ status: 'deployed' }]);
  });

  it('a training that follows is deployed over what was forced, as ever', async () => {
    const world = await twoDeployed();
    await force(world, 'g-1');
    await world.start({ trainingJobName: 'g-3' });
    await rebuild(world);
    expect(await world.deploymentsOf('g-3')).toMatchObject([{ status: 'deployed' }]);
    expect(await world.deploymentsOf('g-2')).toEqual([]);
  });

  it('a configuration that somebody made by hand stays', async () => {
    const world = await twoDeployed();
    await makeConfig(world.sdk, 'by-hand');
    await world.sdk.updateEndpoint({ EndpointName: endpointName, EndpointConfigName: 'by-hand' });
    world.clock.advance(100);
    await rebuild(world);
    expect(await liveConfig(world)).toBe('by-hand');
    for (const name of ['g-1', 'g-2']) expect(await world.store.findRun(name)).toMatchObject({ deploymentStatus: 'none' });
    expect(saidLeft(world)).toHaveLength(2);
  });

  it.each([
    ['its tag', true],
    ['the endpoint’s failure', false],
  ])('what was rolled back stays so, by %s', async (_, tagged) => {
    const world = await startWorld();
    await world.start({ trainingJobName: 'g-1' });
    await world.settle();
    if (!tagged)
      world.simulator.addFault({
        kind: 'error',
        status: 400,
        code: 'AccessDeniedException',
        match: { operation: 'AddTags' },
        times: 'forever',
      });
    world.simulator.addFault({ kind: 'roll_back_update', match: { operation: 'UpdateEndpoint' } });
    await world.start({ trainingJobName: 'g-2' });
    await world.settle();
    expect(await world.deploymentsOf('g-2')).toMatchObject([{ status: 'rolled_back' }]);
    await rebuild(world);
    await expectLeft(world, 'g-2', tagged ? 'an update to it was rolled back' : 'a failure since: The primary container');
    expect(await world.deploymentsOf('g-1')).toMatchObject([{ status: 'deployed' }]);
  });

  it('what completed while nobody looked goes live, also over an older one that went live after that', async () => {
    const world = await startWorld();
    await world.start({ trainingJobName: 'g-1' });
    world.simulator.changeSettings({ endpointCreateSeconds: 600 });
    const first = await world.untilQueued('g-1');
    await world.start({ trainingJobName: 'g-2' });
    expect(first).not.toBe('');
    for (let round = 0; round < 3; round += 1) await world.round();
    world.clock.advance(700);
    await rebuild(world);
    expect(await world.deploymentsOf('g-2')).toMatchObject([{ status: 'deployed' }]);
    expect(await world.store.findRun('g-2')).toMatchObject({ foundEnded: true });
    expect(saidLeft(world)).toEqual([]);
  });

  it('a deployment that was under way goes on', async () => {
    const world = await twoDeployed();
    await world.start({ trainingJobName: 'g-3' });
    await world.untilQueued('g-3');
    for (let round = 0; round < 3; round += 1) await world.round();
    expect(await world.sdk.describeEndpoint({ EndpointName: endpointName })).toMatchObject({ EndpointStatus: 'Updating' });
    await rebuild(world);
    expect(await world.deploymentsOf('g-3')).toMatchObject([{ status: 'deployed' }]);
    expect(world.effects()).toMatchObject({ endpoint_update_requested: 2 });
  });

  it('nothing is deployed where the endpoint may not be looked at, once permissions have had their time to spread', async () => {
    const world = await twoDeployed();
    await world.loseDatabase();
    const fault = { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'no', times: 'forever' } as const;
    world.simulator.addFault({ ...fault, match: { operation: 'DescribeEndpoint' } });
    world.clock.advance(31);
    await adoptLost(world.services, newSearch());
    let troubleSince: number | null = null;
    for (const seconds of [0, 299, 2, 60]) {
      expect(await world.store.findRun('g-2')).toMatchObject({ status: 'training' });
      world.clock.advance(seconds);
      const outcome = await observeTraining(world.services, 'g-2', { actor: 'poll', troubleSince });
      if (outcome.kind === 'again') ({ troubleSince } = outcome);
    }
    await expectLeft(world, 'g-2', 'can’t be read: DescribeEndpoint: no');
  });

  it('what the tags say of a person’s will counts only while it is live', async () => {
    const world = await twoDeployed();
    await force(world, 'g-1');
    const { EndpointArn: ResourceArn } = await world.sdk.describeEndpoint({ EndpointName: endpointName });
    expect(await world.sdk.listTags({ ResourceArn })).toMatchObject({
      Tags: expect.arrayContaining([{ Key: tagKeys.forced, Value: 'g-1' }]),
    });
    await force(world, 'g-2');
    await rebuild(world);
    expect(await world.deploymentsOf('g-2')).toMatchObject([{ status: 'deployed' }]);
    expect(await world.deploymentsOf('g-1')).toMatchObject([{ status: 'superseded', supersededBy: 'g-2' }]);
  });
});
