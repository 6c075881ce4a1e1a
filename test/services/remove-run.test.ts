import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../src/core/errors.ts';
import { adoptOrphans } from '../../src/services/adoption/adopt-orphans.ts';
import { observeOnEvent } from '../../src/services/events/observe-on-event.ts';
import { newSearch } from '../../src/services/adoption/orphan-search.ts';
import { reconcile } from '../../src/services/system/reconcile.ts';
import { removeRun } from '../../src/services/training/remove-run.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { stopRun } from '../../src/services/training/stop-run.ts';
import { training } from '../../tools/testkit/simulator.ts';
import { startTestContext, type TestContext } from './harness.ts';

const refused = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'not refused',
    (error: unknown) => (error instanceof ServiceError ? error.code : String(error)),
  );

const observe = (context: TestContext): Promise<number> => {
  context.clock.advance(31);
  return adoptOrphans(context.ctx, { search: newSearch() });
};

/** A run as an older version adopted it: no job can be made of it. */
async function adoptBad(context: TestContext): Promise<void> {
  await context.sdk.createTrainingJob(training('bad'));
  const { TrainingJobArn: trainingJobArn = '' } = await context.sdk.describeTrainingJob({ TrainingJobName: 'bad' });
  const own = { project: 'p', autoDeploy: true, servingImage: null, secondaryStatus: null, foundEnded: false };
  const bad = { ...own, runId: 'run-bad', trainingJobName: 'bad', trainingJobArn, endpointName: 'bad name', createdAt: 0 };
  await context.store.runs.adopt({ run: bad, actor: 'reconcile', now: context.clock.now });
}

describe('removeRun', () => {
  it('refuses while the training runs or a deployment is in progress, and says what to do', async () => {
    const context = await startTestContext();
    const job = await context.start();
    await expect(removeRun(context.ctx, { trainingJobName: job })).rejects.toMatchObject({
      code: 'run_in_progress',
      message: expect.stringContaining(`InProgress: stop it first (POST /training-jobs/${job}/stop)`),
    });
    await context.untilQueued(job);
    await context.round();
    expect(await refused(removeRun(context.ctx, { trainingJobName: job }))).toBe('deployment_in_progress');
    await context.settle();
    expect(await removeRun(context.ctx, { trainingJobName: job })).toMatchObject({
      status: 'completed',
      deploymentStatus: 'deployed',
    });
    expect(await context.store.runs.find(job)).toBeNull();
    expect(await refused(removeRun(context.ctx, { trainingJobName: job }))).toBe('not_found');
    expect(context.effects()).not.toHaveProperty('endpoint_delete_requested');
  });

  it('is not undone by the search for orphans or an event, with or without the database', async () => {
    const context = await startTestContext();
    const job = await context.start();
    await context.settle();
    await removeRun(context.ctx, { trainingJobName: job });
    expect(await observe(context)).toBe(0);
    await observeOnEvent(context.ctx, { trainingJobName: job, actor: 'event', failingSince: null });
    expect(await context.store.runs.find(job)).toBeNull();
    expect(await context.store.skipped.list()).toEqual([]);
    await context.loseDatabase();
    expect(await observe(context)).toBe(0);
    expect(await context.store.runs.find(job)).toBeNull();
    // A caller may still request its deployment.
    await requestDeployment(context.ctx, { trainingJobName: job, force: false, trigger: 'api' });
    await context.settle();
    expect(await context.deploymentsOf(job)).toMatchObject([{ status: 'deployed' }]);
  });

  it('removes the run without a tag where tags may not be written', async () => {
    const context = await startTestContext();
    const job = await context.start();
    await context.settle();
    context.simulator.addFault({ kind: 'error', status: 400, code: 'AccessDeniedException', match: { operation: 'AddTags' } });
    await removeRun(context.ctx, { trainingJobName: job });
    expect(await observe(context)).toBe(0);
    expect(
      context.lines.some((line) => line.includes('"event":"training.tag_failed"') && line.includes('"turned_down":"removed"')),
    ).toBe(true);
  });

  it('removes a run that cannot be handled, once its training is over', async () => {
    const context = await startTestContext();
    await adoptBad(context);
    context.clock.advance(10);
    await reconcile(context.ctx);
    expect(await context.store.skipped.list()).toMatchObject([{ kind: 'run', name: 'bad' }]);
    expect(await refused(removeRun(context.ctx, { trainingJobName: 'bad' }))).toBe('run_in_progress');
    await stopRun(context.ctx, { trainingJobName: 'bad' });
    context.clock.advance(20);
    expect(await removeRun(context.ctx, { trainingJobName: 'bad' })).toMatchObject({ status: 'training' });
    await reconcile(context.ctx);
    expect(await context.store.skipped.list()).toEqual([]);
  });

  it('refuses for a run that is still to be started, until it is stopped', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    const job = await context.start();
    context.clock.advance(20);
    expect(await refused(removeRun(context.ctx, { trainingJobName: job }))).toBe('run_in_progress');
    await stopRun(context.ctx, { trainingJobName: job });
    await context.settle();
    expect(await removeRun(context.ctx, { trainingJobName: job })).toMatchObject({ status: 'stopped' });
  });

  it('reports when SageMaker does not say whether the training runs', async () => {
    const context = await startTestContext();
    const job = await context.start();
    context.simulator.addFault({ kind: 'error', match: { operation: 'DescribeTrainingJob' }, times: 'forever' });
    await expect(removeRun(context.ctx, { trainingJobName: job })).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await context.store.runs.find(job)).not.toBeNull();
  });
});
