/** What a person stopped or removed stays so when the database is rebuilt from SageMaker, whatever failed meanwhile. */
import { describe, expect, it } from 'vitest';
import { adoptOrphans } from '../../src/services/adoption/adopt-orphans.ts';
import { newSearch } from '../../src/services/adoption/orphan-search.ts';
import { observeRun } from '../../src/services/training/observe-run.ts';
import { removeRun } from '../../src/services/training/remove-run.ts';
import { stopRun } from '../../src/services/training/stop-run.ts';
import { startTestContext, type TestContext } from './harness.ts';

const addTags = { operation: 'AddTags' } as const;
const throttledTags = { kind: 'throttle', match: addTags, times: 'forever' } as const;
const deniedTags = { kind: 'error', status: 400, code: 'AccessDeniedException', match: addTags } as const;
const away = { kind: 'error', status: 503, code: 'ServiceUnavailable', message: 'away', times: 'forever' } as const;
const turnedDown = 'autodeploy:turned-down';

class Killed extends Error {}

/** The process dies just before it makes this change. */
function dieBefore(context: TestContext, change: 'withdraw' | 'remove' | 'requestStop'): () => void {
  const { runs, deployments } = context.store;
  const owner: object = change === 'withdraw' ? deployments : runs;
  const own: unknown = Reflect.get(owner, change);
  Reflect.set(owner, change, () => Promise.reject(new Killed()));
  return () => void Reflect.set(owner, change, own);
}

/** What is adopted by a new database in place of the one that was lost. */
async function rebuild(context: TestContext): Promise<void> {
  await context.loseDatabase();
  context.clock.advance(31);
  await adoptOrphans(context.ctx, { search: newSearch() });
  await context.settle();
}

const isModelMade = (context: TestContext): boolean => 'model_created' in context.effects();

/** A run whose deployment waits for its turn. */
async function queued(): Promise<{ context: TestContext; job: string; deploymentId: string }> {
  const context = await startTestContext();
  const job = await context.start();
  return { context, job, deploymentId: await context.untilQueued(job) };
}

describe('stopRun, while a deployment waits', () => {
  it('changes nothing while SageMaker does not take the tag, and does all of it when repeated', async () => {
    const { context, job, deploymentId } = await queued();
    context.simulator.addFault(throttledTags);
    await expect(stopRun(context.ctx, { trainingJobName: job })).rejects.toMatchObject({
      code: 'sagemaker_unavailable',
      message: expect.stringMatching(
        /^The deployment of \S+ is not withdrawn yet: SageMaker does not take the tag .*; repeat the request: /,
      ),
    });
    expect(await context.store.deployments.find(deploymentId)).toMatchObject({ status: 'queued' });
    context.simulator.clearFaults();
    expect(await stopRun(context.ctx, { trainingJobName: job })).toMatchObject({ deploymentStatus: 'failed' });
    await rebuild(context);
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'completed', deploymentStatus: 'none' });
    expect(isModelMade(context)).toBe(false);
  }, 30_000);

  it('is known to a rebuilt database when the API dies half-way, and withdraws when repeated', async () => {
    const { context, job } = await queued();
    const revive = dieBefore(context, 'withdraw');
    await expect(stopRun(context.ctx, { trainingJobName: job })).rejects.toThrow(Killed);
    expect(await context.tagsOf(job)).toMatchObject({ [turnedDown]: 'stopped' });
    revive();
    expect(await stopRun(context.ctx, { trainingJobName: job })).toMatchObject({ deploymentStatus: 'failed' });
  });

  it('withdraws without a tag where tags may not be written', async () => {
    const { context, job } = await queued();
    context.simulator.addFault(deniedTags);
    expect(await stopRun(context.ctx, { trainingJobName: job })).toMatchObject({ deploymentStatus: 'failed' });
    expect(
      context.lines.some((line) => line.includes('"event":"training.tag_failed"') && line.includes('"turned_down":"stopped"')),
    ).toBe(true);
  });

  it('queues the deployment that goes next', async () => {
    const context = await startTestContext();
    const first = await context.start();
    const second = await context.start();
    await context.untilQueued(second);
    const next = await context.untilQueued(first);
    const reported: string[] = [];
    const { queue } = context.ctx;
    const deploy = queue.deploy.bind(queue);
    queue.deploy = (deployment, delayMs) => {
      reported.push(deployment.deploymentId);
      return deploy(deployment, delayMs);
    };
    await stopRun(context.ctx, { trainingJobName: second });
    expect(reported).toEqual([next]);
  });
});

describe('stopRun, while the training runs', () => {
  it('has the check write the tag that SageMaker did not take at first', async () => {
    const context = await startTestContext();
    const job = await context.start();
    context.simulator.addFault(throttledTags);
    expect(await stopRun(context.ctx, { trainingJobName: job })).toMatchObject({
      status: 'training',
      stopRequestedAt: expect.any(Number),
    });
    context.simulator.clearFaults();
    expect(await context.tagsOf(job)).not.toHaveProperty(turnedDown);
    await context.round();
    expect(await context.tagsOf(job)).toMatchObject({ [turnedDown]: 'stopped' });
  }, 30_000);

  it('has the tag written before the end is recorded, when the stop came too late', async () => {
    const context = await startTestContext();
    const job = await context.start();
    context.simulator.addFault(throttledTags);
    context.simulator.addFault({ ...away, match: { operation: 'StopTrainingJob' } });
    await stopRun(context.ctx, { trainingJobName: job });
    context.clock.advance(200);
    const observe = (failingSince: number | null) =>
      observeRun(context.ctx, { trainingJobName: job, actor: 'poll', failingSince });
    const { now } = context.clock;
    expect(await observe(null)).toEqual({ kind: 'snooze', delayMs: expect.any(Number), failingSince: now });
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'training' });
    context.simulator.clearFaults();
    expect(await observe(now)).toEqual({ kind: 'complete', summary: 'done' });
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'completed', deploymentStatus: 'none' });
    await rebuild(context);
    expect(isModelMade(context)).toBe(false);
  }, 60_000);

  it('has the end recorded without the tag after five minutes', async () => {
    const context = await startTestContext();
    const job = await context.start();
    context.simulator.addFault({ ...away, match: { operation: 'StopTrainingJob' } });
    await stopRun(context.ctx, { trainingJobName: job });
    context.simulator.addFault(throttledTags);
    context.clock.advance(500);
    await observeRun(context.ctx, { trainingJobName: job, actor: 'poll', failingSince: context.clock.now - 300_000 });
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'completed', deploymentStatus: 'none' });
  }, 60_000);

  it('is known to a rebuilt database when the API dies before it has recorded it', async () => {
    const context = await startTestContext();
    const job = await context.start();
    dieBefore(context, 'requestStop');
    await expect(stopRun(context.ctx, { trainingJobName: job })).rejects.toThrow(Killed);
    await rebuild(context);
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'completed', deploymentStatus: 'none' });
  });

  it('reports a tag that is missing after a time-out, and writes it when repeated', async () => {
    const context = await startTestContext({ maxTrainingWaitMs: 60_000, pollIntervalMs: 5000 });
    const job = await context.start();
    for (const seconds of [80, 10]) {
      context.clock.advance(seconds);
      await context.round();
    }
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'timed_out' });
    context.simulator.addFault(throttledTags);
    await expect(stopRun(context.ctx, { trainingJobName: job })).rejects.toMatchObject({
      code: 'sagemaker_unavailable',
      message: expect.stringMatching(/^The stop of .* was sent to SageMaker: SageMaker does not take .*; repeat the request: /),
    });
    context.simulator.clearFaults();
    await stopRun(context.ctx, { trainingJobName: job });
    expect(await context.tagsOf(job)).toMatchObject({ [turnedDown]: 'stopped' });
  }, 30_000);
});

describe('removeRun', () => {
  it('changes nothing while SageMaker does not take the tag, and does all of it when repeated', async () => {
    const context = await startTestContext();
    const job = await context.start();
    await context.settle();
    context.simulator.addFault(throttledTags);
    await expect(removeRun(context.ctx, { trainingJobName: job })).rejects.toMatchObject({
      code: 'sagemaker_unavailable',
      message: expect.stringMatching(/^\S+ is not removed yet: .*; repeat the request: /),
    });
    expect(await context.store.runs.find(job)).not.toBeNull();
    context.simulator.clearFaults();
    await removeRun(context.ctx, { trainingJobName: job });
    await rebuild(context);
    expect(await context.store.runs.find(job)).toBeNull();
  }, 30_000);

  it('is known to a rebuilt database when the API dies half-way, and removes when repeated', async () => {
    const context = await startTestContext();
    const job = await context.start();
    await context.settle();
    const revive = dieBefore(context, 'remove');
    await expect(removeRun(context.ctx, { trainingJobName: job })).rejects.toThrow(Killed);
    expect(await context.tagsOf(job)).toMatchObject({ [turnedDown]: 'removed' });
    revive();
    await removeRun(context.ctx, { trainingJobName: job });
    expect(await context.store.runs.find(job)).toBeNull();
  });

  it('writes no tag when it refuses', async () => {
    const { context, job } = await queued();
    await context.round();
    await expect(removeRun(context.ctx, { trainingJobName: job })).rejects.toMatchObject({ code: 'deployment_in_progress' });
    expect(await context.tagsOf(job)).not.toHaveProperty(turnedDown);
  });
});
