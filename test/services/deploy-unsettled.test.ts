/** An unsettled deployment: ended while SageMaker may still complete it. What goes live is recorded as live, however late. */
import { describe, expect, it } from 'vitest';
import type { FaultSpec } from 'sagemaker-simulator';
import { runDeployment } from '../../src/services/deployment/run-deployment.ts';
import { removeRun } from '../../src/services/training/remove-run.ts';
import { endpointName, liveConfigOf, runRounds, startLive, type TestContext } from './harness.ts';

const endpointTags = async ({ ctx: { sagemaker } }: TestContext): Promise<Record<string, string>> =>
  sagemaker.listTags((await sagemaker.describeEndpoint(endpointName)).arn);

const denied: FaultSpec = {
  kind: 'error',
  status: 400,
  code: 'AccessDeniedException',
  message: 'not authorized to perform: sagemaker:DescribeEndpoint',
  match: { operation: 'DescribeEndpoint' },
  times: 'forever',
};

/** A deployment that ended by a time limit of a minute, while its update takes 100 s. */
async function startUnsettled(): Promise<{ context: TestContext; first: string; job: string; id: string }> {
  const { context, first } = await startLive({ maxDeploymentWaitMs: 60_000 });
  context.simulator.changeSettings({ endpointUpdateSeconds: 100 });
  const job = await context.start();
  const id = await context.untilQueued(job);
  await runRounds(context, 6);
  expect(await context.deploymentsOf(job)).toMatchObject([{ status: 'failed', failureKind: 'timeout' }]);
  return { context, first, job, id };
}

describe('a deployment that exceeds its time limit', () => {
  it('is recorded as live when it goes live seconds later', async () => {
    const { context } = await startLive({ maxDeploymentWaitMs: 60_000 });
    context.simulator.changeSettings({ endpointUpdateSeconds: 100 });
    const job = await context.start();
    await context.untilQueued(job);
    await runRounds(context, 6);
    expect(await context.deploymentsOf(job)).toMatchObject([{ status: 'failed', failureKind: 'timeout' }]);
    await context.settle();
    const [deployment] = await context.deploymentsOf(job);
    expect(deployment).toMatchObject({ status: 'deployed', failureReason: null, failureKind: null, unsettledSince: null });
    expect(await liveConfigOf(context)).toBe(deployment?.endpointConfigName);
    expect((await context.store.history.list({ trainingJobName: job })).at(-1)).toMatchObject({ from: 'failed', to: 'deployed' });
    expect(await context.store.deployments.findLive(endpointName)).toMatchObject({ deploymentId: deployment?.deploymentId });
  });

  it('stays failed when it is rolled back afterwards', async () => {
    const { context, first } = await startLive({ maxDeploymentWaitMs: 60_000 });
    context.simulator.changeSettings({ endpointUpdateSeconds: 100 });
    context.simulator.addFault({ kind: 'roll_back_update', times: 1 });
    const job = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(job)).toMatchObject([{ status: 'failed', unsettledSince: null }]);
    expect(await context.store.deployments.findLive(endpointName)).toMatchObject({ trainingJobName: first });
  });
});

it('a deployment that ends because access is denied is recorded as live when it goes live', async () => {
  const { context } = await startLive();
  context.simulator.changeSettings({ endpointUpdateSeconds: 600 });
  const job = await context.start();
  await context.untilQueued(job);
  await runRounds(context, 2);
  context.simulator.addFault(denied);
  await runRounds(context, 30);
  expect(await context.deploymentsOf(job)).toMatchObject([
    { status: 'failed', failureReason: expect.stringContaining('not authorized'), unsettledSince: expect.any(Number) },
  ]);
  context.simulator.clearFaults();
  await context.settle();
  expect(await context.deploymentsOf(job)).toMatchObject([{ status: 'deployed', failureReason: null, unsettledSince: null }]);
  expect(await context.store.deployments.findLive(endpointName)).toMatchObject({ trainingJobName: job });
});

it('a deployment whose change was refused is settled', async () => {
  const { context } = await startLive();
  context.simulator.addFault({ ...denied, message: 'not authorized', match: { operation: 'UpdateEndpoint' } });
  const job = await context.start();
  await context.untilQueued(job);
  await runRounds(context, 40);
  expect(await context.deploymentsOf(job)).toMatchObject([{ status: 'failed', unsettledSince: null }]);
});

it('an unsettled deployment that goes live tags the endpoint', async () => {
  const { context, first, job } = await startUnsettled();
  expect(await endpointTags(context)).toMatchObject({ 'autodeploy:training-job-name': first });
  await context.settle();
  expect(await context.deploymentsOf(job)).toMatchObject([{ status: 'deployed' }]);
  expect(await endpointTags(context)).toMatchObject({ 'autodeploy:training-job-name': job });
});

it('an unsettled deployment that goes live schedules the next one at once', async () => {
  const { context, id } = await startUnsettled();
  const next = await context.untilQueued(await context.start());
  const [, deploy] = context.ctx.queue.queues;
  await deploy?.obliterate({ force: true });
  context.clock.advance(120);
  await runDeployment(context.ctx, { deploymentId: id });
  expect(await context.store.deployments.find(id)).toMatchObject({ status: 'deployed' });
  expect(await deploy?.getJob(`deploy-${next}`)).toBeDefined();
});

it('an unsettled deployment that goes live logs what it supersedes', async () => {
  const { context } = await startLive({ maxDeploymentWaitMs: 60_000 });
  const { simulator, clock, lines } = context;
  const ownTraining = simulator.settings().trainingSeconds;
  simulator.changeSettings({ endpointUpdateSeconds: 100, trainingSeconds: 1_000_000 });
  const older = await context.start();
  simulator.changeSettings({ trainingSeconds: ownTraining });
  const job = await context.start();
  const id = await context.untilQueued(job);
  await runRounds(context, 6);
  await fetch(`${simulator.url}/_control/training-jobs/${older}/complete`, { method: 'POST' });
  const superseded = await context.untilQueued(older);
  clock.advance(120);
  await runDeployment(context.ctx, { deploymentId: id });
  expect(lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'deployment.superseded')).toMatchObject([
    { training_job_name: older, deployment_id: superseded, endpoint_name: endpointName, superseded_by: job },
  ]);
});

it('an unsettled deployment leaves the endpoint and its tags to one in progress', async () => {
  const { context, first, job, id } = await startUnsettled();
  const third = await context.start();
  const next = await context.untilQueued(third);
  const { store } = context;
  await store.deployments.claim({ deploymentId: next, deadlineAt: context.clock.now + 3_600_000, now: context.clock.now });
  context.clock.advance(120);
  expect(await runDeployment(context.ctx, { deploymentId: id })).toMatchObject({ kind: 'snooze' });
  expect(await store.deployments.find(id)).toMatchObject({ status: 'failed', unsettledSince: expect.any(Number) });
  expect(await endpointTags(context)).toMatchObject({ 'autodeploy:training-job-name': first });
  await context.settle();
  expect(await context.deploymentsOf(third)).toMatchObject([{ status: 'deployed' }]);
  expect(await context.deploymentsOf(job)).toMatchObject([{ unsettledSince: null }]);
});

it('the end of an unsettled deployment that lies in the future counts from its first observation', async () => {
  const { context, id } = await startUnsettled();
  const { now } = context.clock;
  context.simulator.addFault(denied);
  await context.store.deployments.recordUnsettled({ deploymentId: id, since: now + 5 * 3_600_000 });
  await runDeployment(context.ctx, { deploymentId: id });
  expect(await context.store.deployments.find(id)).toMatchObject({ unsettledSince: now });
});

it('an unsettled deployment is settled after a day without an observation; its run can be removed', async () => {
  const { context, job } = await startUnsettled();
  context.simulator.addFault(denied);
  await expect(removeRun(context.ctx, { trainingJobName: job })).rejects.toMatchObject({ code: 'deployment_in_progress' });
  await runRounds(context, 2);
  context.clock.advance(24 * 3600);
  await context.settle();
  expect(context.lines.filter((line) => line.includes('"event":"deployment.end_unknown"'))).toHaveLength(1);
  await removeRun(context.ctx, { trainingJobName: job });
  expect(await context.store.runs.find(job)).toBeNull();
});

it('an unsettled deployment is left to a worker of its region and account', async () => {
  const { context, id } = await startUnsettled();
  const sagemaker = {
    ...context.ctx.sagemaker,
    place: async () => ({ region: 'eu-west-1', account: '123456789012', isSure: true }),
  };
  const before = await context.store.deployments.find(id);
  context.clock.advance(25 * 3600);
  expect(await runDeployment({ ...context.ctx, sagemaker }, { deploymentId: id })).toMatchObject({ kind: 'snooze' });
  expect(await context.store.deployments.find(id)).toEqual(before);
});
