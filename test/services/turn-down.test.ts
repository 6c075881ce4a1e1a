/** What a person has taken back stays so when the database is rebuilt from SageMaker, whatever failed meanwhile. */
import { describe, expect, it } from 'vitest';
import { adoptLost } from '../../src/services/adoption/adopt-orphans.ts';
import { newSearch } from '../../src/services/adoption/orphan-search.ts';
import { observeTraining } from '../../src/services/training/observe-run.ts';
import type { Store } from '../../src/ports/store.ts';
import { removeRun } from '../../src/services/training/remove-run.ts';
import { stopTraining } from '../../src/services/training/stop-run.ts';
import { startWorld, type World } from './harness.ts';

const addTags = { operation: 'AddTags' } as const;
const throttledTags = { kind: 'throttle', match: addTags, times: 'forever' } as const;
const deniedTags = { kind: 'error', status: 400, code: 'AccessDeniedException', match: addTags } as const;
const away = { kind: 'error', status: 503, code: 'ServiceUnavailable', message: 'away', times: 'forever' } as const;
const turnedDown = 'autodeploy:turned-down';

class Killed extends Error {}

/** The process dies as it is about to make this change. */
function dieBefore(world: World, change: 'withdrawDeployment' | 'removeRun' | 'requestStop'): () => void {
  const { store } = world;
  const own = store[change];
  const dies: () => Promise<never> = () => Promise.reject(new Killed());
  Object.assign(store, { [change]: dies } satisfies Partial<Store>);
  return () => void Object.assign(store, { [change]: own });
}

/** What is adopted by a new database in place of the one that was lost. */
async function rebuild(world: World): Promise<void> {
  await world.loseDatabase();
  world.clock.advance(31);
  await adoptLost(world.services, newSearch());
  await world.settle();
}

const isModelMade = (world: World): boolean => 'model_created' in world.effects();

/** A run whose deployment waits for its turn. */
async function queued(): Promise<{ world: World; job: string; deploymentId: string }> {
  const world = await startWorld();
  const job = await world.start();
  return { world, job, deploymentId: await world.untilQueued(job) };
}

describe('the stop of a training whose deployment waits', () => {
  it('is not half done while SageMaker does not take its tag, and its repetition does all of it', async () => {
    const { world, job, deploymentId } = await queued();
    world.simulator.addFault(throttledTags);
    await expect(stopTraining(world.services, job)).rejects.toMatchObject({
      code: 'sagemaker_unavailable',
      message: expect.stringMatching(
        /^The deployment of \S+ is not withdrawn yet: SageMaker does not take the tag .*; ask again: /,
      ),
    });
    expect(await world.store.findDeployment(deploymentId)).toMatchObject({ status: 'queued' });
    world.simulator.clearFaults();
    expect(await stopTraining(world.services, job)).toMatchObject({ deploymentStatus: 'failed' });
    await rebuild(world);
    expect(await world.store.findRun(job)).toMatchObject({ status: 'completed', deploymentStatus: 'none' });
    expect(isModelMade(world)).toBe(false);
  }, 30_000);

  it('is known to a rebuilt database when the API dies half-way, and its repetition withdraws', async () => {
    const { world, job } = await queued();
    const revive = dieBefore(world, 'withdrawDeployment');
    await expect(stopTraining(world.services, job)).rejects.toThrow(Killed);
    expect(await world.tagsOf(job)).toMatchObject({ [turnedDown]: 'stopped' });
    revive();
    expect(await stopTraining(world.services, job)).toMatchObject({ deploymentStatus: 'failed' });
  });

  it('goes without its tag where tags may not be written', async () => {
    const { world, job } = await queued();
    world.simulator.addFault(deniedTags);
    expect(await stopTraining(world.services, job)).toMatchObject({ deploymentStatus: 'failed' });
    expect(world.lines.some((line) => line.includes('would not know that it was stopped'))).toBe(true);
  });

  it('tells the queue of the deployment that goes next', async () => {
    const world = await startWorld();
    const first = await world.start();
    const second = await world.start();
    await world.untilQueued(second);
    const next = await world.untilQueued(first);
    const told: string[] = [];
    const { queue } = world.services;
    const deploy = queue.deploy.bind(queue);
    queue.deploy = (deployment, delayMs) => {
      told.push(deployment.deploymentId);
      return deploy(deployment, delayMs);
    };
    await stopTraining(world.services, second);
    expect(told).toEqual([next]);
  });
});

describe('the stop of a training that runs', () => {
  it('is tagged by its check, however it ends, when SageMaker did not take that at first', async () => {
    const world = await startWorld();
    const job = await world.start();
    world.simulator.addFault(throttledTags);
    expect(await stopTraining(world.services, job)).toMatchObject({ status: 'training', stopRequestedAt: expect.any(Number) });
    world.simulator.clearFaults();
    expect(await world.tagsOf(job)).not.toHaveProperty(turnedDown);
    await world.round();
    expect(await world.tagsOf(job)).toMatchObject({ [turnedDown]: 'stopped' });
  }, 30_000);

  it('that came too late is tagged before the end is recorded, within a time', async () => {
    const world = await startWorld();
    const job = await world.start();
    world.simulator.addFault(throttledTags);
    world.simulator.addFault({ ...away, match: { operation: 'StopTrainingJob' } });
    await stopTraining(world.services, job);
    world.clock.advance(200);
    const look = (troubleSince: number | null) => observeTraining(world.services, job, { actor: 'poll', troubleSince });
    const { now } = world.clock;
    expect(await look(null)).toEqual({ kind: 'again', afterMs: expect.any(Number), troubleSince: now });
    expect(await world.store.findRun(job)).toMatchObject({ status: 'training' });
    world.simulator.clearFaults();
    expect(await look(now)).toEqual({ kind: 'done' });
    expect(await world.store.findRun(job)).toMatchObject({ status: 'completed', deploymentStatus: 'none' });
    await rebuild(world);
    expect(isModelMade(world)).toBe(false);
  }, 60_000);

  it('that can’t be tagged is recorded all the same, after five minutes', async () => {
    const world = await startWorld();
    const job = await world.start();
    world.simulator.addFault({ ...away, match: { operation: 'StopTrainingJob' } });
    await stopTraining(world.services, job);
    world.simulator.addFault(throttledTags);
    world.clock.advance(500);
    await observeTraining(world.services, job, { actor: 'poll', troubleSince: world.clock.now - 300_000 });
    expect(await world.store.findRun(job)).toMatchObject({ status: 'completed', deploymentStatus: 'none' });
  }, 60_000);

  it('is known to a rebuilt database when the API dies before it has recorded it', async () => {
    const world = await startWorld();
    const job = await world.start();
    dieBefore(world, 'requestStop');
    await expect(stopTraining(world.services, job)).rejects.toThrow(Killed);
    await rebuild(world);
    expect(await world.store.findRun(job)).toMatchObject({ status: 'completed', deploymentStatus: 'none' });
  });

  it('whose monitoring has timed out says when it is not tagged, and its repetition does it', async () => {
    const world = await startWorld({ maxTrainingWaitMs: 60_000, pollIntervalMs: 5000 });
    const job = await world.start();
    for (const seconds of [80, 10]) {
      world.clock.advance(seconds);
      await world.round();
    }
    expect(await world.store.findRun(job)).toMatchObject({ status: 'timed_out' });
    world.simulator.addFault(throttledTags);
    await expect(stopTraining(world.services, job)).rejects.toMatchObject({
      code: 'sagemaker_unavailable',
      message: expect.stringMatching(/^SageMaker was asked to stop .*; ask again: /),
    });
    world.simulator.clearFaults();
    await stopTraining(world.services, job);
    expect(await world.tagsOf(job)).toMatchObject({ [turnedDown]: 'stopped' });
  }, 30_000);
});

describe('the removal of a run', () => {
  it('is not half done while SageMaker does not take its tag, and its repetition does all of it', async () => {
    const world = await startWorld();
    const job = await world.start();
    await world.settle();
    world.simulator.addFault(throttledTags);
    await expect(removeRun(world.services, job)).rejects.toMatchObject({
      code: 'sagemaker_unavailable',
      message: expect.stringMatching(/^\S+ is not removed yet: .*; ask again: /),
    });
    expect(await world.store.findRun(job)).not.toBeNull();
    world.simulator.clearFaults();
    await removeRun(world.services, job);
    await rebuild(world);
    expect(await world.store.findRun(job)).toBeNull();
  }, 30_000);

  it('is known to a rebuilt database when the API dies half-way, and its repetition removes', async () => {
    const world = await startWorld();
    const job = await world.start();
    await world.settle();
    const revive = dieBefore(world, 'removeRun');
    await expect(removeRun(world.services, job)).rejects.toThrow(Killed);
    expect(await world.tagsOf(job)).toMatchObject({ [turnedDown]: 'removed' });
    revive();
    await removeRun(world.services, job);
    expect(await world.store.findRun(job)).toBeNull();
  });

  it('that is refused tags nothing', async () => {
    const { world, job } = await queued();
    await world.round();
    await expect(removeRun(world.services, job)).rejects.toMatchObject({ code: 'deployment_in_progress' });
    expect(await world.tagsOf(job)).not.toHaveProperty(turnedDown);
  });
});
