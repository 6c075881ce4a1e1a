import { describe, expect, it } from 'vitest';
import { tagKeys, trainingJobTags } from '../../src/core/sagemaker/tags.ts';
import { adoptionTask, adoptLost } from '../../src/services/adoption/adopt-orphans.ts';
import { lookOnEvent } from '../../src/services/events/observe-on-event.ts';
import { newSearch } from '../../src/services/adoption/orphan-search.ts';
import { receiveEvent } from '../../src/services/events/receive-event.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { training } from '../../tools/testkit/simulator.ts';
import { endpointName, startWorld, type World } from './harness.ts';

/** Looks for lost trainings as one worker does it, a reconcile interval later each time. */
function searching(world: World): () => Promise<number> {
  const search = newSearch();
  return () => {
    world.clock.advance(31);
    return adoptLost(world.services, search);
  };
}

const tagsOf = (name: string, more: Record<string, string> = {}): Record<string, string> => ({
  ...trainingJobTags({ runId: `run-${name}`, project: 'ml-sentiment', endpointName, autoDeploy: true, servingImage: null }, name),
  ...more,
});

/** A training that somebody starts by hand, with these tags. */
async function train(world: World, name: string, tags: Record<string, string>): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await world.sdk.createTrainingJob(training(name, { Tags }));
  world.clock.advance(1);
}

/** As the first version tagged them. */
const unnamed = (tags: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => key !== tagKeys.trainingJobName));

const denied = (nameContains: string) =>
  ({
    kind: 'error',
    status: 400,
    code: 'AccessDeniedException',
    message: 'not authorized to perform: sagemaker:ListTags',
    match: { operation: 'ListTags', nameContains },
    times: 'forever',
  }) as const;

const saidPassedOver = (world: World): string[] => world.lines.filter((line) => line.includes('is passed over'));

describe('the look for lost trainings', () => {
  it('goes on past one whose tags may not be read, counts it, and looks at it again when permissions may have come', async () => {
    const world = await startWorld();
    await train(world, 'older', tagsOf('older'));
    await train(world, 'theirs', tagsOf('theirs'));
    world.simulator.addFault(denied('theirs'));
    const look = searching(world);
    expect(await look()).toBe(1);
    expect(await world.store.findRun('older')).toMatchObject({ status: 'training', autoDeploy: true });
    const reason = 'ListTags: not authorized to perform: sagemaker:ListTags';
    expect(await world.store.passedOver()).toMatchObject([{ kind: 'training_job', name: 'theirs', reason, count: 1 }]);
    // The mark has moved, and nobody asks for those tags at each turn.
    expect(await look()).toBe(0);
    expect(world.simulator.calls({ operation: 'ListTags' })).toHaveLength(2);
    world.clock.advance(300);
    expect(await look()).toBe(0);
    expect(await world.store.passedOver()).toMatchObject([{ name: 'theirs', count: 2 }]);
    expect(saidPassedOver(world)).toHaveLength(1);
    world.simulator.clearFaults();
    world.clock.advance(300);
    expect(await look()).toBe(1);
    expect(await world.store.findRun('theirs')).not.toBeNull();
    expect(await world.store.passedOver()).toEqual([]);
  });

  it.each([
    ['an endpoint that is no name', { [tagKeys.endpointName]: 'bad name' }, 'autodeploy:endpoint-name'],
    ['an endpoint that is too long', { [tagKeys.endpointName]: 'e'.repeat(64) }, 'autodeploy:endpoint-name'],
    ['no endpoint', { [tagKeys.endpointName]: '' }, 'autodeploy:endpoint-name'],
    ['an odd run id', { [tagKeys.runId]: 'run:1' }, 'autodeploy:run-id'],
    ['an odd choice', { [tagKeys.autoDeploy]: 'yes' }, 'autodeploy:auto-deploy'],
    ['an odd image', { [tagKeys.servingImage]: 'an image' }, 'autodeploy:serving-image'],
  ])('adopts no training with %s in its tags, and those beside it', async (_, tags, told) => {
    const world = await startWorld();
    await train(world, 'good', tagsOf('good'));
    await train(world, 'odd', tagsOf('odd', tags));
    expect(await searching(world)()).toBe(1);
    expect(await world.store.findRun('odd')).toBeNull();
    expect(await world.store.passedOver()).toMatchObject([
      { kind: 'training_job', name: 'odd', reason: expect.stringContaining(told) },
    ]);
    expect(saidPassedOver(world)).toHaveLength(1);
    // An event is no way round it.
    expect(await lookOnEvent(world.services, 'odd', { actor: 'event', troubleSince: null })).toEqual({ kind: 'done' });
    expect(await world.store.findRun('odd')).toBeNull();
  });

  it('comes further at each turn while SageMaker throttles, and asks for nothing twice', async () => {
    const world = await startWorld();
    await train(world, 'oldest', tagsOf('oldest'));
    await fetch(`${world.simulator.url}/_control/training-jobs/seed`, {
      method: 'POST',
      body: JSON.stringify({ count: 250, namePrefix: 'theirs', status: 'completed', spacingSeconds: 0.001 }),
    });
    const look = searching(world);
    const tagsRead = (): number => world.simulator.calls({ operation: 'ListTags', code: 'OK' }).length;
    const read: number[] = [];
    let adopted = 0;
    for (let turn = 0; turn < 8 && adopted === 0; turn += 1) {
      world.simulator.addFault({ kind: 'throttle', match: { operation: 'ListTags' }, skip: 130, times: 'forever' });
      adopted = await look();
      world.simulator.clearFaults();
      read.push(tagsRead());
    }
    expect(adopted).toBe(1);
    expect(read).toEqual([130, 251]);
    // It goes on at the page where it was.
    expect(world.simulator.calls({ operation: 'ListTrainingJobs' }).length).toBe(3 + 1);
  }, 40_000);

  it('is one process’s at a time, however long a page takes, and another’s after a crash', async () => {
    const world = await startWorld();
    for (const name of ['one', 'two', 'three']) await train(world, name, {});
    const [search, other] = [newSearch(), newSearch()];
    const { sagemaker } = world.services;
    const often = { ...world.services, settings: { ...world.services.settings, reconcileIntervalMs: 1000 } };
    const looks: number[] = [];
    const slowly = async <T>(call: Promise<T>): Promise<T> => {
      world.clock.advance(10);
      looks.push(await adoptLost(often, other));
      return call;
    };
    // A slow SageMaker: 10 s for each call.
    const slow = {
      ...often,
      sagemaker: {
        ...sagemaker,
        listTrainingJobs: (page: { nextToken?: string }) => slowly(sagemaker.listTrainingJobs(page)),
        describeTrainingJob: (name: string) => slowly(sagemaker.describeTrainingJob(name)),
        listTags: (arn: string) => slowly(sagemaker.listTags(arn)),
      },
    };
    await adoptLost(slow, search);
    expect(looks).toEqual([0, 0, 0, 0]);
    expect(world.simulator.calls({ operation: 'ListTrainingJobs' })).toHaveLength(1);
    expect(world.simulator.calls({ operation: 'ListTags' })).toHaveLength(3);

    // Those that were passed over are looked at again, two slow calls each.
    const longAgo = world.clock.now - 3_600_000;
    for (const name of ['one', 'two', 'three']) await world.store.passOver('training_job', name, 'not authorized', longAgo);
    world.clock.advance(40);
    await adoptLost(slow, search);
    expect(looks).toEqual(Array.from({ length: 11 }, () => 0));
    expect(world.simulator.calls({ operation: 'ListTrainingJobs' })).toHaveLength(2);

    // Whoever dies half-way has the lease for 15 s.
    await world.store.recordReached(`${adoptionTask}:lease`, world.clock.now);
    const look = searching(world);
    await adoptLost(world.services, newSearch());
    expect(world.simulator.calls({ operation: 'ListTrainingJobs' })).toHaveLength(2);
    await look();
    expect(world.simulator.calls({ operation: 'ListTrainingJobs' })).toHaveLength(3);
  });

  it('goes on without one at which SageMaker fails at each turn', async () => {
    const world = await startWorld();
    await train(world, 'older', tagsOf('older'));
    await train(world, 'broken', tagsOf('broken'));
    world.simulator.addFault({ kind: 'error', match: { operation: 'ListTags', nameContains: 'broken' }, times: 'forever' });
    const look = searching(world);
    expect([await look(), await look(), await look()]).toEqual([0, 0, 1]);
    expect(await world.store.passedOver()).toMatchObject([{ name: 'broken' }]);
  });

  it('looks again at the others when SageMaker still fails at one of those that it has passed over', async () => {
    const world = await startWorld();
    for (const name of ['denied', 'broken']) await train(world, name, tagsOf(name));
    const broken = { kind: 'error', match: { operation: 'ListTags', nameContains: 'broken' }, times: 'forever' } as const;
    world.simulator.addFault(denied('denied'));
    world.simulator.addFault(broken);
    const look = searching(world);
    for (let turn = 0; turn < 3; turn += 1) await look();
    // The broken one is first among those that are due.
    await world.store.passOver('training_job', 'denied', 'not authorized', world.clock.now + 1);
    world.simulator.clearFaults();
    world.simulator.addFault(broken);
    world.clock.advance(300);
    expect(await look()).toBe(1);
    expect(await world.store.findRun('denied')).not.toBeNull();
    expect(await world.store.passedOver()).toMatchObject([{ name: 'broken', lastAt: world.clock.now, count: 2 }]);
  });

  it('ends its looking again while SageMaker throttles, and begins with another one the next time', async () => {
    const world = await startWorld();
    for (const name of ['one', 'two']) await world.store.passOver('training_job', name, 'not authorized', world.clock.now);
    const asked = () => world.simulator.calls({ operation: 'DescribeTrainingJob' }).map(({ name }) => name);
    world.simulator.addFault({ kind: 'throttle', match: { operation: 'DescribeTrainingJob' }, times: 'forever' });
    world.clock.advance(300);
    const look = searching(world);
    await look();
    expect(new Set(asked())).toEqual(new Set(['one']));
    await look();
    expect(new Set(asked())).toEqual(new Set(['one', 'two']));
    world.simulator.clearFaults();
  }, 60_000);

  it('begins anew with a database that came in place of the one that it was looking for', async () => {
    const world = await startWorld();
    const older = await world.start();
    const newer = await world.start();
    await world.loseDatabase();
    const look = searching(world);
    world.simulator.addFault({ kind: 'error', match: { operation: 'ListTags', nameContains: older }, times: 4 });
    expect(await look()).toBe(1);
    expect(await world.store.findRun(newer)).not.toBeNull();
    await world.loseDatabase();
    expect(await look()).toBe(2);
  });

  it.each([
    ['30 days ahead', 30],
    ['30 days behind', -30],
  ])('finds them with a clock that is %s', async (_, days) => {
    const world = await startWorld();
    const job = await world.start();
    await world.loseDatabase();
    world.services.now = () => world.clock.now + days * 86_400_000;
    const look = searching(world);
    expect(await look()).toBe(1);
    // The mark is SageMaker's instant: what starts now is later than that, whatever our clock says.
    await train(world, 'another', tagsOf('another'));
    expect(await look()).toBe(1);
    expect(await world.store.findRun(job)).toMatchObject({ trainingCreatedAt: expect.any(Number) });
  });
});

describe('a training with copied tags', () => {
  const event = (trainingJobName: string, tags: Record<string, string> = {}) =>
    ({ kind: 'training', trainingJobName, status: 'Completed', secondaryStatus: 'Completed', tags, at: 0 }) as const;

  it('is not deployed, by poll or event, with or without the database, and that is said', async () => {
    const world = await startWorld();
    const ours = await world.start();
    const { Tags = [] } = await world.sdk.listTags({ ResourceArn: (await world.store.findRun(ours))?.trainingJobArn ?? '' });
    const copied = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    expect(copied[tagKeys.trainingJobName]).toBe(ours);
    await train(world, 'ml-sentiment-training-copy', copied);
    await train(world, 'unnamed-copy', unnamed(copied));
    const search = searching(world);
    expect(await search()).toBe(0);
    const foreign = { kind: 'training_job', reason: expect.stringContaining(`copied from ${ours}`) };
    const both = ['ml-sentiment-training-copy', 'unnamed-copy'];
    expect((await world.store.passedOver()).map(({ name }) => name).toSorted()).toEqual(both);
    expect(await world.store.passedOver()).toMatchObject([foreign, foreign]);
    for (const name of both) {
      const refused = { accepted: false, reason: expect.stringContaining('copied') };
      const tags = name === 'unnamed-copy' ? unnamed(copied) : copied;
      expect(await receiveEvent(world.services, event(name, tags))).toEqual(refused);
      await lookOnEvent(world.services, name, { actor: 'event', troubleSince: null });
      expect(await world.store.findRun(name)).toBeNull();
    }
    expect(await receiveEvent(world.services, event('ml-sentiment-training-copy'))).toMatchObject({ accepted: false });
    await world.settle();
    await world.loseDatabase();
    expect(await search()).toBe(1);
    await world.settle();
    expect((await world.store.listRuns({}, { limit: 10, cursor: null })).items.map((run) => run.trainingJobName)).toEqual([ours]);
    expect(world.effects()).toMatchObject({ model_created: 1, endpoint_create_requested: 1 });
  });

  it('is deployed as anybody’s when a person asks for it: nothing of the copied tags counts', async () => {
    const world = await startWorld();
    const ours = await world.start({ endpointName: 'elsewhere' });
    const { runId } = (await world.store.findRun(ours)) ?? { runId: '' };
    const copied = { ...tagsOf(ours), [tagKeys.runId]: runId, [tagKeys.endpointName]: 'elsewhere' };
    await train(world, 'copy', copied);
    await train(world, 'unnamed-copy', unnamed(copied));
    world.clock.advance(200);
    for (const trainingJobName of ['copy', 'unnamed-copy']) {
      const { deployment } = await requestDeployment(world.services, { trainingJobName, force: false, trigger: 'api' });
      expect(deployment).toMatchObject({ endpointName });
      expect(await world.store.findRun(trainingJobName)).toMatchObject({ autoDeploy: false, endpointName });
    }
    expect(await world.store.trainingOfRunId(runId)).toBe(ours);
  });

  it('of the first version is told by its age: of several with one run id the oldest is ours', async () => {
    const world = await startWorld();
    await train(world, 'zz-original', unnamed(tagsOf('one')));
    await train(world, 'aa-copy', unnamed(tagsOf('one')));
    await train(world, 'another', unnamed(tagsOf('another')));
    // Before the list has been looked through nobody knows which is older.
    await lookOnEvent(world.services, 'aa-copy', { actor: 'event', troubleSince: null });
    expect(await searching(world)()).toBe(2);
    expect([await world.store.findRun('zz-original'), await world.store.findRun('another')]).toMatchObject([{}, {}]);
    expect(await world.store.passedOver()).toMatchObject([{ name: 'aa-copy', reason: expect.stringContaining('zz-original') }]);
  });
});
