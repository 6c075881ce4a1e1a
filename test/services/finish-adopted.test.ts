import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../src/core/sagemaker/tags.ts';
import { adoptOrphans } from '../../src/services/adoption/adopt-orphans.ts';
import { newSearch } from '../../src/services/adoption/orphan-search.ts';
import { observeRun } from '../../src/services/training/observe-run.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { makeConfig } from '../../tools/testkit/simulator.ts';
import { reported } from '../db/samples.ts';
import { endpointName, startTestContext, type TestContext } from './harness.ts';

const force = async (context: TestContext, trainingJobName: string): Promise<void> => {
  await requestDeployment(context.ctx, { trainingJobName, force: true, trigger: 'api' });
  await context.settle();
};

/** g-1 and g-2 are deployed, one after the other. */
async function twoDeployed(): Promise<TestContext> {
  const context = await startTestContext();
  for (const trainingJobName of ['g-1', 'g-2']) {
    await context.start({ trainingJobName });
    await context.settle();
  }
  return context;
}

/** The database is lost; orphans are adopted, and all work continues. */
async function rebuild(context: TestContext): Promise<void> {
  await context.loseDatabase();
  context.clock.advance(31);
  await adoptOrphans(context.ctx, { search: newSearch() });
  await context.settle();
}

const liveConfig = async (context: TestContext): Promise<string> =>
  (await context.sdk.describeEndpoint({ EndpointName: endpointName })).EndpointConfigName ?? '';

const linesOfLeft = (context: TestContext): string[] =>
  context.lines.filter((line) => line.includes('"event":"training.adopted_not_deployed"'));

/** Recorded as completed, with the reason why it is not deployed and how it can be. */
async function expectLeft(context: TestContext, name: string, why: string): Promise<void> {
  expect(await context.store.runs.find(name)).toMatchObject({
    status: 'completed',
    deploymentStatus: 'none',
    failureReason: null,
  });
  const line = (await reported(context.store, name)).at(-1);
  expect(line).toContain('training training>completed');
  expect(line).toContain(why);
  expect(line).toContain(`POST /deploy/${name} deploys it all the same`);
  expect(linesOfLeft(context)).toHaveLength(1);
}

describe('finishAdopted, after a lost database', () => {
  it('does not deploy what an operator replaced by force, until an operator requests it', async () => {
    const context = await twoDeployed();
    await force(context, 'g-1');
    const live = await liveConfig(context);
    const before = context.effects();
    await rebuild(context);
    await expectLeft(context, 'g-2', 'a person has put g-1 there by force since');
    expect(await liveConfig(context)).toBe(live);
    expect(await context.deploymentsOf('g-1')).toMatchObject([{ status: 'deployed' }]);
    expect(context.effects()).toEqual(before);

    await force(context, 'g-2');
    expect(await context.deploymentsOf('g-2')).toMatchObject([{ status: 'deployed' }]);
  });

  it('deploys a newer training over one that was forced', async () => {
    const context = await twoDeployed();
    await force(context, 'g-1');
    await context.start({ trainingJobName: 'g-3' });
    await rebuild(context);
    expect(await context.deploymentsOf('g-3')).toMatchObject([{ status: 'deployed' }]);
    expect(await context.deploymentsOf('g-2')).toEqual([]);
  });

  it('leaves a foreign endpoint configuration in place', async () => {
    const context = await twoDeployed();
    await makeConfig(context.sdk, 'foreign');
    await context.sdk.updateEndpoint({ EndpointName: endpointName, EndpointConfigName: 'foreign' });
    context.clock.advance(100);
    await rebuild(context);
    expect(await liveConfig(context)).toBe('foreign');
    for (const name of ['g-1', 'g-2']) expect(await context.store.runs.find(name)).toMatchObject({ deploymentStatus: 'none' });
    expect(linesOfLeft(context)).toHaveLength(2);
  });

  it.each([
    ['its tag', true],
    ["the endpoint's failure", false],
  ])('does not deploy again what was rolled back, by %s', async (_, tagged) => {
    const context = await startTestContext();
    await context.start({ trainingJobName: 'g-1' });
    await context.settle();
    if (!tagged)
      context.simulator.addFault({
        kind: 'error',
        status: 400,
        code: 'AccessDeniedException',
        match: { operation: 'AddTags' },
        times: 'forever',
      });
    context.simulator.addFault({ kind: 'roll_back_update', match: { operation: 'UpdateEndpoint' } });
    await context.start({ trainingJobName: 'g-2' });
    await context.settle();
    expect(await context.deploymentsOf('g-2')).toMatchObject([{ status: 'rolled_back' }]);
    await rebuild(context);
    await expectLeft(context, 'g-2', tagged ? 'an update to it was rolled back' : 'a failure since: The primary container');
    expect(await context.deploymentsOf('g-1')).toMatchObject([{ status: 'deployed' }]);
  });

  it('deploys what completed unobserved, also over an older training that went live since', async () => {
    const context = await startTestContext();
    await context.start({ trainingJobName: 'g-1' });
    context.simulator.changeSettings({ endpointCreateSeconds: 600 });
    const first = await context.untilQueued('g-1');
    await context.start({ trainingJobName: 'g-2' });
    expect(first).not.toBe('');
    for (let round = 0; round < 3; round += 1) await context.round();
    context.clock.advance(700);
    await rebuild(context);
    expect(await context.deploymentsOf('g-2')).toMatchObject([{ status: 'deployed' }]);
    expect(await context.store.runs.find('g-2')).toMatchObject({ foundEnded: true });
    expect(linesOfLeft(context)).toEqual([]);
  });

  it('continues a deployment that was in progress', async () => {
    const context = await twoDeployed();
    await context.start({ trainingJobName: 'g-3' });
    await context.untilQueued('g-3');
    for (let round = 0; round < 3; round += 1) await context.round();
    expect(await context.sdk.describeEndpoint({ EndpointName: endpointName })).toMatchObject({ EndpointStatus: 'Updating' });
    await rebuild(context);
    expect(await context.deploymentsOf('g-3')).toMatchObject([{ status: 'deployed' }]);
    expect(context.effects()).toMatchObject({ endpoint_update_requested: 2 });
  });

  it('deploys nothing where the endpoint cannot be read for as long as permissions take to spread', async () => {
    const context = await twoDeployed();
    await context.loseDatabase();
    const fault = { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'no', times: 'forever' } as const;
    context.simulator.addFault({ ...fault, match: { operation: 'DescribeEndpoint' } });
    context.clock.advance(31);
    await adoptOrphans(context.ctx, { search: newSearch() });
    let failingSince: number | null = null;
    for (const seconds of [0, 299, 2, 60]) {
      expect(await context.store.runs.find('g-2')).toMatchObject({ status: 'training' });
      context.clock.advance(seconds);
      const outcome = await observeRun(context.ctx, { trainingJobName: 'g-2', actor: 'poll', failingSince });
      if (outcome.kind === 'snooze') ({ failingSince } = outcome);
    }
    await expectLeft(context, 'g-2', 'cannot be read: DescribeEndpoint: no');
  });

  it('respects the tag of a forced training only while that one is live', async () => {
    const context = await twoDeployed();
    await force(context, 'g-1');
    const { EndpointArn: ResourceArn } = await context.sdk.describeEndpoint({ EndpointName: endpointName });
    expect(await context.sdk.listTags({ ResourceArn })).toMatchObject({
      Tags: expect.arrayContaining([{ Key: tagKeys.forced, Value: 'g-1' }]),
    });
    await force(context, 'g-2');
    await rebuild(context);
    expect(await context.deploymentsOf('g-2')).toMatchObject([{ status: 'deployed' }]);
    expect(await context.deploymentsOf('g-1')).toMatchObject([{ status: 'superseded', supersededBy: 'g-2' }]);
  });
});
