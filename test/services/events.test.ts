import { describe, expect, it } from 'vitest';
import type { StateChange } from '../../src/core/sagemaker/state-change.ts';
import { trainingJobTags } from '../../src/core/sagemaker/tags.ts';
import { lookOnEvent } from '../../src/services/events/observe-on-event.ts';
import { receiveEvent } from '../../src/services/events/receive-event.ts';
import { training } from '../../tools/testkit/simulator.ts';
import { endpointName, startWorld, type World } from './harness.ts';

const trainingEvent = (trainingJobName: string, tags: Record<string, string> = {}): StateChange => ({
  kind: 'training',
  trainingJobName,
  status: 'Completed',
  secondaryStatus: 'Completed',
  tags,
  at: 0,
});
const endpointEvent = (name = endpointName): StateChange => ({
  kind: 'endpoint',
  endpointName: name,
  status: 'InService',
  endpointConfigName: null,
  at: 0,
});

const look = (world: World, job: string) => lookOnEvent(world.services, job, { actor: 'event', troubleSince: null });
const lookJobs = async (world: World): Promise<string[]> => {
  const jobs = await Promise.all(world.services.queue.queues.map((queue) => queue.getJobs(['waiting'])));
  // Without what tells one look from the next of its kind.
  return jobs.flat().map(({ id }) => id?.replace(/-[0-9a-f]{8}$/, '') ?? '');
};
const refused = { accepted: false, reason: expect.any(String) };

describe('an event of a training', () => {
  it('queues one look, however often it comes, and the look does what a poll would have done', async () => {
    const world = await startWorld();
    const job = await world.start();
    world.clock.advance(200);
    const answers = await Promise.all(Array.from({ length: 100 }, () => receiveEvent(world.services, trainingEvent(job))));
    expect(answers.every(({ accepted }) => accepted)).toBe(true);
    expect(await lookJobs(world)).toEqual([`look-${job}-end`]);
    await Promise.all(Array.from({ length: 20 }, () => look(world, job)));
    expect(await world.deploymentsOf(job)).toMatchObject([{ trigger: 'event', detectedBy: 'event', status: 'queued' }]);
    await world.settle();
    expect(world.effects()).toMatchObject({ model_created: 1, endpoint_config_created: 1, endpoint_create_requested: 1 });
  });

  it('that came too early changes nothing, and one that is over is taken without a look', async () => {
    const world = await startWorld();
    const job = await world.start();
    expect(await look(world, job)).toEqual({ kind: 'done' });
    expect(await world.store.findRun(job)).toMatchObject({ status: 'training' });
    await world.settle();
    expect(await receiveEvent(world.services, trainingEvent(job))).toEqual({ accepted: true });
    expect(await lookJobs(world)).not.toContain(`look-${job}-end`);
  });

  it('takes up a run whose monitoring has timed out', async () => {
    const world = await startWorld({ maxTrainingWaitMs: 60_000, pollIntervalMs: 5000 });
    const job = await world.start();
    world.clock.advance(80);
    await world.round();
    world.clock.advance(10);
    await world.round();
    expect(await world.store.findRun(job)).toMatchObject({ status: 'timed_out' });
    world.clock.advance(200);
    expect(await receiveEvent(world.services, trainingEvent(job))).toEqual({ accepted: true });
    await look(world, job);
    await world.settle();
    expect(await world.store.findRun(job)).toMatchObject({ status: 'completed', deploymentStatus: 'deployed' });
  });

  it('adopts one of ours that the database does not know', async () => {
    const world = await startWorld();
    const job = await world.start();
    const { runId } = (await world.store.findRun(job)) ?? { runId: '' };
    await world.loseDatabase();
    // With tags in the event no call is needed; without them SageMaker tells.
    const tags = trainingJobTags({ runId, project: 'ml-sentiment', endpointName, autoDeploy: true, servingImage: null }, job);
    expect(await receiveEvent(world.services, trainingEvent(job, tags))).toEqual({ accepted: true });
    expect(world.simulator.calls({ operation: 'DescribeTrainingJob' })).toHaveLength(0);
    expect(await receiveEvent(world.services, trainingEvent(job))).toEqual({ accepted: true });
    world.clock.advance(200);
    expect(await look(world, job)).toMatchObject({ kind: 'again', afterMs: 0 });
    await look(world, job);
    await world.settle();
    expect(await world.deploymentsOf(job)).toMatchObject([{ status: 'deployed', trigger: 'event' }]);
  });

  it('is refused for a training that is not ours', async () => {
    const world = await startWorld();
    const { services } = world;
    await world.sdk.createTrainingJob(training('ml-sentiment-training-theirs'));
    const unknown = { runId: 'x', project: 'other', endpointName, autoDeploy: true, servingImage: null };
    const other = trainingJobTags(unknown, 'ml-sentiment-training-x');
    expect(await receiveEvent(services, trainingEvent('theirs'))).toEqual(refused);
    expect(await receiveEvent(services, trainingEvent('ml-sentiment-training-x', { team: 'search' }))).toEqual(refused);
    expect(await receiveEvent(services, trainingEvent('ml-sentiment-training-x', other))).toEqual(refused);
    expect(await receiveEvent(services, trainingEvent('ml-sentiment-training-theirs'))).toEqual(refused);
    expect(await receiveEvent(services, trainingEvent('ml-sentiment-training-gone'))).toEqual(refused);
    expect(await lookJobs(world)).toEqual([]);
    expect(await look(world, 'ml-sentiment-training-theirs')).toEqual({ kind: 'done' });
    expect(await world.store.findRun('ml-sentiment-training-theirs')).toBeNull();
  });

  it('that SageMaker can’t be asked about now is looked after later', async () => {
    const world = await startWorld();
    const job = await world.start();
    await world.loseDatabase();
    world.simulator.addFault({ kind: 'throttle', match: { operation: 'DescribeTrainingJob' }, times: 'forever' });
    expect(await receiveEvent(world.services, trainingEvent(job))).toEqual({ accepted: true });
    expect(await look(world, job)).toMatchObject({ kind: 'again', troubleSince: world.clock.now });
    world.simulator.clearFaults();
  }, 30_000);
});

describe('events of trainings that nobody knows', () => {
  const forged = (name: string) =>
    trainingEvent(
      name,
      trainingJobTags(
        { runId: `run-of-${name}`, project: 'ml-sentiment', endpointName, autoDeploy: true, servingImage: null },
        name,
      ),
    );
  const nameOf = (n: number) => `ml-sentiment-training-made-up-${n}`;
  const describes = (world: World): number => world.simulator.calls({ operation: 'DescribeTrainingJob' }).length;
  const send = (world: World, events: StateChange[]) => Promise.all(events.map((one) => receiveEvent(world.services, one)));

  it('cost a bounded number of calls, for all names together', async () => {
    const world = await startWorld();
    const names = Array.from({ length: 500 }, (_, n) => nameOf(n));
    const answers = await send(
      world,
      names.map((name) => trainingEvent(name)),
    );
    expect(answers.filter(({ accepted }) => accepted)).toEqual([]);
    expect(describes(world)).toBe(30);
    expect(answers.at(-1)).toEqual({
      accepted: false,
      reason: expect.stringMatching(/more such events came .* found within about 30 s/),
    });
    // Looks count, too: a worker would ask.
    await send(world, names.map(forged));
    expect(await lookJobs(world)).toEqual([]);
    world.clock.advance(10);
    await send(world, names.toReversed().map(forged));
    expect(await lookJobs(world)).toHaveLength(10);
  });

  it('cost one call for each name, and none for what is plainly not ours', async () => {
    const world = await startWorld();
    await send(
      world,
      Array.from({ length: 100 }, () => trainingEvent(nameOf(1))),
    );
    await send(world, [trainingEvent(nameOf(1).toUpperCase())]);
    expect(describes(world)).toBe(1);
    const other = trainingJobTags(
      { runId: 'x', project: 'other', endpointName, autoDeploy: true, servingImage: null },
      nameOf(1),
    );
    await send(
      world,
      Array.from({ length: 100 }, (_, n) => trainingEvent(`theirs-${n}`)),
    );
    await send(
      world,
      Array.from({ length: 100 }, (_, n) => trainingEvent(nameOf(n), other)),
    );
    expect(describes(world)).toBe(1);
    world.clock.advance(61);
    await send(world, [trainingEvent(nameOf(1)), trainingEvent(nameOf(2))]);
    expect(describes(world)).toBe(3);
  });

  it('never hold up those of known trainings', async () => {
    const world = await startWorld();
    const job = await world.start();
    await send(
      world,
      Array.from({ length: 100 }, (_, n) => forged(nameOf(n))),
    );
    expect(await receiveEvent(world.services, trainingEvent(job))).toEqual({ accepted: true });
    expect(await lookJobs(world)).toContain(`look-${job}-end`);
  });
});

describe('an event of an endpoint', () => {
  it('makes the deployment under way look now', async () => {
    const world = await startWorld();
    const job = await world.start();
    const deploymentId = await world.untilQueued(job);
    await world.round();
    expect(await receiveEvent(world.services, endpointEvent('LIVE'))).toEqual({ accepted: true });
    expect(await lookJobs(world)).toContain(`look-${deploymentId}-end`);
    await world.settle();
    expect(await receiveEvent(world.services, endpointEvent())).toEqual({ accepted: true });
    expect(await receiveEvent(world.services, endpointEvent('theirs'))).toEqual(refused);
  });
});

describe('an event that was missed', () => {
  const missed = (world: World): string[] => world.lines.filter((line) => line.includes('the event path may be broken'));

  it('is told of when a poll finds the end much later, and events are in use', async () => {
    const world = await startWorld();
    const first = await world.start();
    await world.settle({ everySeconds: 120 });
    expect(missed(world)).toEqual([]);
    await receiveEvent(world.services, trainingEvent(first));
    await world.start();
    await world.settle({ everySeconds: 120 });
    expect(missed(world)).toHaveLength(1);
    expect(await world.store.detections()).toEqual([{ detectedBy: 'poll', count: 2 }]);
  });
});

describe('latency', () => {
  it('is kept for each deployment: the end, its detection, the request to SageMaker, in service', async () => {
    const world = await startWorld();
    const job = await world.start();
    await world.settle();
    const [deployment] = await world.deploymentsOf(job);
    const { trainingEndedAt, detectedAt, askedAt, inServiceAt } = deployment ?? {};
    expect(trainingEndedAt).toBeLessThanOrEqual(detectedAt ?? 0);
    expect(detectedAt).toBeLessThanOrEqual(askedAt ?? 0);
    expect(askedAt).toBeLessThan(inServiceAt ?? 0);
    expect((await world.store.latencies()).map(({ reached, count }) => [reached, count])).toEqual([
      ['requested', 1],
      ['asked', 1],
      ['in_service', 1],
    ]);
  });
});
