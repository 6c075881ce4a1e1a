import { describe, expect, it } from 'vitest';
import type { StateChange } from '../../src/core/sagemaker/state-change.ts';
import { trainingJobTags } from '../../src/core/sagemaker/tags.ts';
import { observeOnEvent } from '../../src/services/events/observe-on-event.ts';
import { receiveEvent } from '../../src/services/events/receive-event.ts';
import { training } from '../../tools/testkit/simulator.ts';
import { endpointName, startTestContext, type TestContext } from './harness.ts';

const trainingEvent = (trainingJobName: string, tags: Record<string, string> = {}): StateChange => ({
  kind: 'training',
  trainingJobName,
  status: 'Completed',
  tags,
});
const endpointEvent = (name = endpointName): StateChange => ({
  kind: 'endpoint',
  endpointName: name,
  status: 'InService',
});

const observe = (context: TestContext, job: string) =>
  observeOnEvent(context.ctx, { trainingJobName: job, actor: 'event', failingSince: null });
const observationJobs = async (context: TestContext): Promise<string[]> => {
  const jobs = await Promise.all(context.ctx.queue.queues.map((queue) => queue.getJobs(['waiting'])));
  // Without the part that differs between jobs of one kind.
  return jobs.flat().map(({ id }) => id?.replace(/-[0-9a-f]{8}$/, '') ?? '');
};
const refused = { accepted: false, reason: expect.any(String) };

describe('receiveEvent, for a training', () => {
  it('queues one observation for any number of events, which does what a poll does', async () => {
    const context = await startTestContext();
    const job = await context.start();
    context.clock.advance(200);
    const responses = await Promise.all(Array.from({ length: 100 }, () => receiveEvent(context.ctx, trainingEvent(job))));
    expect(responses.every(({ accepted }) => accepted)).toBe(true);
    expect(await observationJobs(context)).toEqual([`observe-${job}-end`]);
    await Promise.all(Array.from({ length: 20 }, () => observe(context, job)));
    expect(await context.deploymentsOf(job)).toMatchObject([{ trigger: 'event', detectedBy: 'event', status: 'queued' }]);
    await context.settle();
    expect(context.effects()).toMatchObject({ model_created: 1, endpoint_config_created: 1, endpoint_create_requested: 1 });
  });

  it('changes nothing when an event is early, and observes nothing when the run has ended', async () => {
    const context = await startTestContext();
    const job = await context.start();
    expect(await observe(context, job)).toEqual({ kind: 'complete', summary: 'done' });
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'training' });
    await context.settle();
    expect(await receiveEvent(context.ctx, trainingEvent(job))).toEqual({ accepted: true });
    expect(await observationJobs(context)).not.toContain(`observe-${job}-end`);
  });

  it('ends a run that timed out', async () => {
    const context = await startTestContext({ maxTrainingWaitMs: 60_000, pollIntervalMs: 5000 });
    const job = await context.start();
    context.clock.advance(80);
    await context.round();
    context.clock.advance(10);
    await context.round();
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'timed_out' });
    context.clock.advance(200);
    expect(await receiveEvent(context.ctx, trainingEvent(job))).toEqual({ accepted: true });
    await observe(context, job);
    await context.settle();
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'completed', deploymentStatus: 'deployed' });
  });

  it('adopts a training of this service that the database does not know', async () => {
    const context = await startTestContext();
    const job = await context.start();
    const { runId } = (await context.store.runs.find(job)) ?? { runId: '' };
    await context.loseDatabase();
    // With tags in the event no call is needed. Without them SageMaker has them.
    const tags = trainingJobTags({ runId, project: 'ml-sentiment', endpointName, autoDeploy: true, servingImage: null }, job);
    expect(await receiveEvent(context.ctx, trainingEvent(job, tags))).toEqual({ accepted: true });
    expect(context.simulator.calls({ operation: 'DescribeTrainingJob' })).toHaveLength(0);
    expect(await receiveEvent(context.ctx, trainingEvent(job))).toEqual({ accepted: true });
    context.clock.advance(200);
    expect(await observe(context, job)).toMatchObject({ kind: 'snooze', delayMs: 0 });
    await observe(context, job);
    await context.settle();
    expect(await context.deploymentsOf(job)).toMatchObject([{ status: 'deployed', trigger: 'event' }]);
  });

  it('refuses an event of a foreign training', async () => {
    const context = await startTestContext();
    const { ctx } = context;
    await context.sdk.createTrainingJob(training('ml-sentiment-training-foreign'));
    const unknown = { runId: 'x', project: 'other', endpointName, autoDeploy: true, servingImage: null };
    const other = trainingJobTags(unknown, 'ml-sentiment-training-x');
    expect(await receiveEvent(ctx, trainingEvent('foreign'))).toEqual(refused);
    expect(await receiveEvent(ctx, trainingEvent('ml-sentiment-training-x', { team: 'search' }))).toEqual(refused);
    expect(await receiveEvent(ctx, trainingEvent('ml-sentiment-training-x', other))).toEqual(refused);
    expect(await receiveEvent(ctx, trainingEvent('ml-sentiment-training-foreign'))).toEqual(refused);
    expect(await receiveEvent(ctx, trainingEvent('ml-sentiment-training-gone'))).toEqual(refused);
    expect(await observationJobs(context)).toEqual([]);
    expect(await observe(context, 'ml-sentiment-training-foreign')).toEqual({ kind: 'complete', summary: 'done' });
    expect(await context.store.runs.find('ml-sentiment-training-foreign')).toBeNull();
  });

  it('accepts an event while SageMaker throttles, and observes later', async () => {
    const context = await startTestContext();
    const job = await context.start();
    await context.loseDatabase();
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'DescribeTrainingJob' }, times: 'forever' });
    expect(await receiveEvent(context.ctx, trainingEvent(job))).toEqual({ accepted: true });
    expect(await observe(context, job)).toMatchObject({ kind: 'snooze', failingSince: context.clock.now });
    context.simulator.clearFaults();
  }, 30_000);
});

describe('receiveEvent, for unknown trainings', () => {
  const forged = (name: string) =>
    trainingEvent(
      name,
      trainingJobTags(
        { runId: `run-of-${name}`, project: 'ml-sentiment', endpointName, autoDeploy: true, servingImage: null },
        name,
      ),
    );
  const nameOf = (n: number) => `ml-sentiment-training-made-up-${n}`;
  const describes = (context: TestContext): number => context.simulator.calls({ operation: 'DescribeTrainingJob' }).length;
  /** A few at once: an event whose training SageMaker does not describe in time is accepted, which a slow machine may make of many. */
  async function send(context: TestContext, events: StateChange[]) {
    const responses: Awaited<ReturnType<typeof receiveEvent>>[] = [];
    for (let index = 0; index < events.length; index += 5) {
      const some = events.slice(index, index + 5);
      responses.push(...(await Promise.all(some.map((one) => receiveEvent(context.ctx, one)))));
    }
    return responses;
  }

  it('makes a bounded number of calls for all names together', async () => {
    const context = await startTestContext();
    const names = Array.from({ length: 500 }, (_, n) => nameOf(n));
    const responses = await send(
      context,
      names.map((name) => trainingEvent(name)),
    );
    expect(responses.filter(({ accepted }) => accepted)).toEqual([]);
    expect(describes(context)).toBe(30);
    expect(responses.at(-1)).toEqual({
      accepted: false,
      reason: expect.stringMatching(/more such events came .* found within about 30 s/),
    });
    // Observations count, too: a worker would call SageMaker.
    await send(context, names.map(forged));
    expect(await observationJobs(context)).toEqual([]);
    context.clock.advance(10);
    await send(context, names.toReversed().map(forged));
    expect(await observationJobs(context)).toHaveLength(10);
  });

  it('makes one call for each name, and none for a training that is foreign by its name or tags', async () => {
    const context = await startTestContext();
    await send(
      context,
      Array.from({ length: 100 }, () => trainingEvent(nameOf(1))),
    );
    await send(context, [trainingEvent(nameOf(1).toUpperCase())]);
    expect(describes(context)).toBe(1);
    const other = trainingJobTags(
      { runId: 'x', project: 'other', endpointName, autoDeploy: true, servingImage: null },
      nameOf(1),
    );
    await send(
      context,
      Array.from({ length: 100 }, (_, n) => trainingEvent(`foreign-${n}`)),
    );
    await send(
      context,
      Array.from({ length: 100 }, (_, n) => trainingEvent(nameOf(n), other)),
    );
    expect(describes(context)).toBe(1);
    context.clock.advance(61);
    await send(context, [trainingEvent(nameOf(1)), trainingEvent(nameOf(2))]);
    expect(describes(context)).toBe(3);
  });

  it('never delays events of known trainings', async () => {
    const context = await startTestContext();
    const job = await context.start();
    await send(
      context,
      Array.from({ length: 100 }, (_, n) => forged(nameOf(n))),
    );
    expect(await receiveEvent(context.ctx, trainingEvent(job))).toEqual({ accepted: true });
    expect(await observationJobs(context)).toContain(`observe-${job}-end`);
  });
});

describe('receiveEvent, for an endpoint', () => {
  it('has the deployment in progress observed now', async () => {
    const context = await startTestContext();
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    await context.round();
    expect(await receiveEvent(context.ctx, endpointEvent('LIVE'))).toEqual({ accepted: true });
    expect(await observationJobs(context)).toContain(`observe-${deploymentId}-end`);
    await context.settle();
    expect(await receiveEvent(context.ctx, endpointEvent())).toEqual({ accepted: true });
    expect(await receiveEvent(context.ctx, endpointEvent('foreign'))).toEqual(refused);
  });
});

describe('logMissedEvent', () => {
  const missed = (context: TestContext): string[] =>
    context.lines.filter((line) => line.includes('"event":"training.event_missed"'));

  it('logs when a poll finds the end much later, and events are in use', async () => {
    const context = await startTestContext();
    const first = await context.start();
    await context.settle({ everySeconds: 120 });
    expect(missed(context)).toEqual([]);
    await receiveEvent(context.ctx, trainingEvent(first));
    await context.start();
    await context.settle({ everySeconds: 120 });
    expect(missed(context)).toHaveLength(1);
    expect(await context.store.metrics.detections()).toEqual([{ detectedBy: 'poll', count: 2 }]);
  });
});

describe('latency', () => {
  it('is recorded for each deployment: end, detection, request to SageMaker, in service', async () => {
    const context = await startTestContext();
    const job = await context.start();
    await context.settle();
    const [deployment] = await context.deploymentsOf(job);
    const { trainingEndedAt, detectedAt, changeRequestedAt, inServiceAt } = deployment ?? {};
    expect(trainingEndedAt).toBeLessThanOrEqual(detectedAt ?? 0);
    expect(detectedAt).toBeLessThanOrEqual(changeRequestedAt ?? 0);
    expect(changeRequestedAt).toBeLessThan(inServiceAt ?? 0);
    expect((await context.store.metrics.latencies()).map(({ reached, count }) => [reached, count])).toEqual([
      ['queued', 1],
      ['requested', 1],
      ['in_service', 1],
    ]);
  });
});
