import { describe, expect, it } from 'vitest';
import { tagKeys, trainingJobTags } from '../../src/core/sagemaker/tags.ts';
import { adoptionTask, adoptOrphans } from '../../src/services/adoption/adopt-orphans.ts';
import { observeOnEvent } from '../../src/services/events/observe-on-event.ts';
import { newSearch } from '../../src/services/adoption/orphan-search.ts';
import { receiveEvent } from '../../src/services/events/receive-event.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { training } from '../../tools/testkit/simulator.ts';
import { endpointName, startTestContext, type TestContext } from './harness.ts';

/** Searches for orphans as one worker does, a reconcile interval later each time. */
function searching(context: TestContext): () => Promise<number> {
  const search = newSearch();
  return () => {
    context.clock.advance(31);
    return adoptOrphans(context.ctx, { search: search });
  };
}

const tagsOf = (name: string, more: Record<string, string> = {}): Record<string, string> => ({
  ...trainingJobTags({ runId: `run-${name}`, project: 'ml-sentiment', endpointName, autoDeploy: true, servingImage: null }, name),
  ...more,
});

/** A training that another user starts with these tags. */
async function train(context: TestContext, name: string, tags: Record<string, string>): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await context.sdk.createTrainingJob(training(name, { Tags }));
  context.clock.advance(1);
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

const linesOfSkipped = (context: TestContext): string[] => context.lines.filter((line) => line.includes('"event":"skipped"'));

describe('adoptOrphans', () => {
  it('skips and counts a job whose tags cannot be read, and retries it later', async () => {
    const context = await startTestContext();
    await train(context, 'older', tagsOf('older'));
    await train(context, 'foreign', tagsOf('foreign'));
    context.simulator.addFault(denied('foreign'));
    const observe = searching(context);
    expect(await observe()).toBe(1);
    expect(await context.store.runs.find('older')).toMatchObject({ status: 'training', autoDeploy: true });
    const reason = 'ListTags: not authorized to perform: sagemaker:ListTags';
    expect(await context.store.skipped.list()).toMatchObject([{ kind: 'training_job', name: 'foreign', reason, count: 1 }]);
    // The checkpoint has moved, and no round reads those tags again.
    expect(await observe()).toBe(0);
    expect(context.simulator.calls({ operation: 'ListTags' })).toHaveLength(2);
    context.clock.advance(300);
    expect(await observe()).toBe(0);
    expect(await context.store.skipped.list()).toMatchObject([{ name: 'foreign', count: 2 }]);
    expect(linesOfSkipped(context)).toHaveLength(1);
    context.simulator.clearFaults();
    context.clock.advance(300);
    expect(await observe()).toBe(1);
    expect(await context.store.runs.find('foreign')).not.toBeNull();
    expect(await context.store.skipped.list()).toEqual([]);
  });

  it.each([
    ['an endpoint that is no name', { [tagKeys.endpointName]: 'bad name' }, 'autodeploy:endpoint-name'],
    ['an endpoint that is too long', { [tagKeys.endpointName]: 'e'.repeat(64) }, 'autodeploy:endpoint-name'],
    ['no endpoint', { [tagKeys.endpointName]: '' }, 'autodeploy:endpoint-name'],
    ['an odd run id', { [tagKeys.runId]: 'run:1' }, 'autodeploy:run-id'],
    ['an odd choice', { [tagKeys.autoDeploy]: 'yes' }, 'autodeploy:auto-deploy'],
    ['an odd image', { [tagKeys.servingImage]: 'an image' }, 'autodeploy:serving-image'],
  ])('adopts no training with %s in its tags, and adopts those beside it', async (_, tags, reported) => {
    const context = await startTestContext();
    await train(context, 'good', tagsOf('good'));
    await train(context, 'odd', tagsOf('odd', tags));
    expect(await searching(context)()).toBe(1);
    expect(await context.store.runs.find('odd')).toBeNull();
    expect(await context.store.skipped.list()).toMatchObject([
      { kind: 'training_job', name: 'odd', reason: expect.stringContaining(reported) },
    ]);
    expect(linesOfSkipped(context)).toHaveLength(1);
    // An event does not adopt it either.
    expect(await observeOnEvent(context.ctx, { trainingJobName: 'odd', actor: 'event', failingSince: null })).toEqual({
      kind: 'complete',
      summary: 'done',
    });
    expect(await context.store.runs.find('odd')).toBeNull();
  });

  it('gets further in each round while SageMaker throttles, and reads nothing twice', async () => {
    const context = await startTestContext();
    await train(context, 'oldest', tagsOf('oldest'));
    await fetch(`${context.simulator.url}/_control/training-jobs/seed`, {
      method: 'POST',
      body: JSON.stringify({ count: 250, namePrefix: 'foreign', status: 'completed', spacingSeconds: 0.001 }),
    });
    const observe = searching(context);
    const tagsRead = (): number => context.simulator.calls({ operation: 'ListTags', code: 'OK' }).length;
    const read: number[] = [];
    let adopted = 0;
    for (let turn = 0; turn < 8 && adopted === 0; turn += 1) {
      context.simulator.addFault({ kind: 'throttle', match: { operation: 'ListTags' }, skip: 130, times: 'forever' });
      adopted = await observe();
      context.simulator.clearFaults();
      read.push(tagsRead());
    }
    expect(adopted).toBe(1);
    expect(read).toEqual([130, 251]);
    // It continues at the page where it was.
    expect(context.simulator.calls({ operation: 'ListTrainingJobs' }).length).toBe(3 + 1);
  }, 40_000);

  it('runs in one process at a time, however long a page takes, and in another one after a crash', async () => {
    const context = await startTestContext();
    for (const name of ['one', 'two', 'three']) await train(context, name, {});
    const [search, other] = [newSearch(), newSearch()];
    const { sagemaker } = context.ctx;
    const often = { ...context.ctx, settings: { ...context.ctx.settings, reconcileIntervalMs: 1000 } };
    const observations: number[] = [];
    const lowRate = async <T>(call: Promise<T>): Promise<T> => {
      context.clock.advance(10);
      observations.push(await adoptOrphans(often, { search: other }));
      return call;
    };
    // A slow SageMaker: 10 s for each call.
    const slow = {
      ...often,
      sagemaker: {
        ...sagemaker,
        listTrainingJobs: (page: { nextToken?: string }) => lowRate(sagemaker.listTrainingJobs(page)),
        describeTrainingJob: (name: string) => lowRate(sagemaker.describeTrainingJob(name)),
        listTags: (arn: string) => lowRate(sagemaker.listTags(arn)),
      },
    };
    await adoptOrphans(slow, { search: search });
    expect(observations).toEqual([0, 0, 0, 0]);
    expect(context.simulator.calls({ operation: 'ListTrainingJobs' })).toHaveLength(1);
    expect(context.simulator.calls({ operation: 'ListTags' })).toHaveLength(3);

    // The skipped jobs are retried, with two slow calls each.
    const longAgo = context.clock.now - 3_600_000;
    for (const name of ['one', 'two', 'three'])
      await context.store.skipped.record({ kind: 'training_job', name, reason: 'not authorized', now: longAgo });
    context.clock.advance(40);
    await adoptOrphans(slow, { search: search });
    expect(observations).toEqual(Array.from({ length: 11 }, () => 0));
    expect(context.simulator.calls({ operation: 'ListTrainingJobs' })).toHaveLength(2);

    // A process that dies half-way holds the lease for 15 s.
    await context.store.leases.acquire({ task: `${adoptionTask}:lease`, everyMs: 15_000, now: context.clock.now });
    const observe = searching(context);
    await adoptOrphans(context.ctx, { search: newSearch() });
    expect(context.simulator.calls({ operation: 'ListTrainingJobs' })).toHaveLength(2);
    await observe();
    expect(context.simulator.calls({ operation: 'ListTrainingJobs' })).toHaveLength(3);
  });

  it('continues without a job at which SageMaker fails in each round', async () => {
    const context = await startTestContext();
    await train(context, 'older', tagsOf('older'));
    await train(context, 'broken', tagsOf('broken'));
    context.simulator.addFault({ kind: 'error', match: { operation: 'ListTags', nameContains: 'broken' }, times: 'forever' });
    const observe = searching(context);
    expect([await observe(), await observe(), await observe()]).toEqual([0, 0, 1]);
    expect(await context.store.skipped.list()).toMatchObject([{ name: 'broken' }]);
  });

  it('retries the other skipped jobs while SageMaker still fails at one of them', async () => {
    const context = await startTestContext();
    for (const name of ['denied', 'broken']) await train(context, name, tagsOf(name));
    const broken = { kind: 'error', match: { operation: 'ListTags', nameContains: 'broken' }, times: 'forever' } as const;
    context.simulator.addFault(denied('denied'));
    context.simulator.addFault(broken);
    const observe = searching(context);
    for (let turn = 0; turn < 3; turn += 1) await observe();
    // The broken one is first among those that are due.
    await context.store.skipped.record({
      kind: 'training_job',
      name: 'denied',
      reason: 'not authorized',
      now: context.clock.now + 1,
    });
    context.simulator.clearFaults();
    context.simulator.addFault(broken);
    context.clock.advance(300);
    expect(await observe()).toBe(1);
    expect(await context.store.runs.find('denied')).not.toBeNull();
    expect(await context.store.skipped.list()).toMatchObject([{ name: 'broken', lastAt: context.clock.now, count: 2 }]);
  });

  it('ends its retries while SageMaker throttles, and begins with another job the next time', async () => {
    const context = await startTestContext();
    for (const name of ['one', 'two'])
      await context.store.skipped.record({ kind: 'training_job', name, reason: 'not authorized', now: context.clock.now });
    const requested = () => context.simulator.calls({ operation: 'DescribeTrainingJob' }).map(({ name }) => name);
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'DescribeTrainingJob' }, times: 'forever' });
    context.clock.advance(300);
    const observe = searching(context);
    await observe();
    expect(new Set(requested())).toEqual(new Set(['one']));
    await observe();
    expect(new Set(requested())).toEqual(new Set(['one', 'two']));
    context.simulator.clearFaults();
  }, 60_000);

  it('begins again when another database has replaced the one that it searched for', async () => {
    const context = await startTestContext();
    const older = await context.start();
    const newer = await context.start();
    await context.loseDatabase();
    const observe = searching(context);
    context.simulator.addFault({ kind: 'error', match: { operation: 'ListTags', nameContains: older }, times: 4 });
    expect(await observe()).toBe(1);
    expect(await context.store.runs.find(newer)).not.toBeNull();
    await context.loseDatabase();
    expect(await observe()).toBe(2);
  });

  it.each([
    ['30 days ahead', 30],
    ['30 days behind', -30],
  ])('finds orphans with a clock that is %s', async (_, days) => {
    const context = await startTestContext();
    const job = await context.start();
    await context.loseDatabase();
    context.ctx.now = () => context.clock.now + days * 86_400_000;
    const observe = searching(context);
    expect(await observe()).toBe(1);
    // The checkpoint is SageMaker's instant: what starts now is later, whatever the service's clock says.
    await train(context, 'another', tagsOf('another'));
    expect(await observe()).toBe(1);
    expect(await context.store.runs.find(job)).toMatchObject({ trainingCreatedAt: expect.any(Number) });
  });
});

describe('a training with copied tags', () => {
  const event = (trainingJobName: string, tags: Record<string, string> = {}) =>
    ({ kind: 'training', trainingJobName, status: 'Completed', tags }) as const;

  it('is not deployed by poll or event, with or without the database, and is reported as skipped', async () => {
    const context = await startTestContext();
    const ours = await context.start();
    const { Tags = [] } = await context.sdk.listTags({
      ResourceArn: (await context.store.runs.find(ours))?.trainingJobArn ?? '',
    });
    const copied = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    expect(copied[tagKeys.trainingJobName]).toBe(ours);
    await train(context, 'ml-sentiment-training-copy', copied);
    await train(context, 'unnamed-copy', unnamed(copied));
    const search = searching(context);
    expect(await search()).toBe(0);
    const foreign = { kind: 'training_job', reason: expect.stringContaining(`copied from ${ours}`) };
    const both = ['ml-sentiment-training-copy', 'unnamed-copy'];
    expect((await context.store.skipped.list()).map(({ name }) => name).toSorted()).toEqual(both);
    expect(await context.store.skipped.list()).toMatchObject([foreign, foreign]);
    for (const name of both) {
      const refused = { accepted: false, reason: expect.stringContaining('copied') };
      const tags = name === 'unnamed-copy' ? unnamed(copied) : copied;
      expect(await receiveEvent(context.ctx, event(name, tags))).toEqual(refused);
      await observeOnEvent(context.ctx, { trainingJobName: name, actor: 'event', failingSince: null });
      expect(await context.store.runs.find(name)).toBeNull();
    }
    expect(await receiveEvent(context.ctx, event('ml-sentiment-training-copy'))).toMatchObject({ accepted: false });
    await context.settle();
    await context.loseDatabase();
    expect(await search()).toBe(1);
    await context.settle();
    expect(
      (await context.store.runs.list({ filter: {}, page: { limit: 10, cursor: null } })).items.map((run) => run.trainingJobName),
    ).toEqual([ours]);
    expect(context.effects()).toMatchObject({ model_created: 1, endpoint_create_requested: 1 });
  });

  it('is deployed as a foreign training when a caller requests it, without the copied tags', async () => {
    const context = await startTestContext();
    const ours = await context.start({ endpointName: 'elsewhere' });
    const { runId } = (await context.store.runs.find(ours)) ?? { runId: '' };
    const copied = { ...tagsOf(ours), [tagKeys.runId]: runId, [tagKeys.endpointName]: 'elsewhere' };
    await train(context, 'copy', copied);
    await train(context, 'unnamed-copy', unnamed(copied));
    context.clock.advance(200);
    for (const trainingJobName of ['copy', 'unnamed-copy']) {
      const { deployment } = await requestDeployment(context.ctx, { trainingJobName, force: false, trigger: 'api' });
      expect(deployment).toMatchObject({ endpointName });
      expect(await context.store.runs.find(trainingJobName)).toMatchObject({ autoDeploy: false, endpointName });
    }
    expect(await context.store.runs.findNameByRunId(runId)).toBe(ours);
  });

  it('with tags of the first version is recognized by its age: the oldest of one run id is adopted', async () => {
    const context = await startTestContext();
    await train(context, 'zz-original', unnamed(tagsOf('one')));
    await train(context, 'aa-copy', unnamed(tagsOf('one')));
    await train(context, 'another', unnamed(tagsOf('another')));
    // Before the first search it is not known which is older.
    await observeOnEvent(context.ctx, { trainingJobName: 'aa-copy', actor: 'event', failingSince: null });
    expect(await searching(context)()).toBe(2);
    expect([await context.store.runs.find('zz-original'), await context.store.runs.find('another')]).toMatchObject([{}, {}]);
    expect(await context.store.skipped.list()).toMatchObject([
      { name: 'aa-copy', reason: expect.stringContaining('zz-original') },
    ]);
  });
});
