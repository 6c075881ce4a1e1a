/** What people decide, with what workers do, when processes die in between and when the database is lost. */
import { describe, expect, it } from 'vitest';
import type { DeliveryFile } from '../../src/core/delivery/delivery-file.ts';
import { tagKeys } from '../../src/core/sagemaker/tags.ts';
import { noLayers } from '../../src/core/shapes/shape-layers.ts';
import { adoptOrphans } from '../../src/services/adoption/adopt-orphans.ts';
import { newSearch } from '../../src/services/adoption/orphan-search.ts';
import { abortDeployment } from '../../src/services/delivery/abort-deployment.ts';
import { decideDeployment } from '../../src/services/delivery/decide-deployment.ts';
import { holdEndpoint, releaseEndpoint } from '../../src/services/delivery/hold-endpoint.ts';
import { rollBackEndpoint } from '../../src/services/delivery/roll-back-endpoint.ts';
import { sweepTags } from '../../src/services/delivery/sweep-tags.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { newReconcileRounds, reconcileInTurn } from '../../src/services/system/reconcile-in-turn.ts';
import { endpointName, liveConfigOf, runRounds, startLive, startTestContext, statusesOf, type TestContext } from './harness.ts';

const ana = { by: 'ana', reason: 'it is wrong' };

const withApproval = (expiresSeconds = 86_400): DeliveryFile => ({
  defaults: { ...noLayers, delivery: { approval: { required: 'always', expires_seconds: expiresSeconds } } },
  endpoints: {},
});

const rollBack = ({ ctx }: TestContext, more: { to?: string; hold?: boolean } = {}) =>
  rollBackEndpoint(ctx, { endpointName, to: null, hold: true, ...ana, ...more });

/** A new database in place of the one that was lost, with what the search for orphans finds. */
async function rebuild(context: TestContext): Promise<void> {
  await context.loseDatabase();
  context.clock.advance(31);
  await adoptOrphans(context.ctx, { search: newSearch() });
}

async function endpointTags({ sdk }: TestContext): Promise<Record<string, string>> {
  const { EndpointArn } = await sdk.describeEndpoint({ EndpointName: endpointName });
  const { Tags = [] } = await sdk.listTags({ ResourceArn: EndpointArn ?? '' });
  return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

const sweep = (context: TestContext): Promise<void> => sweepTags(context.ctx, { renew: () => Promise.resolve() });

/** Until nothing of an earlier record can arrive any more. */
async function settleTags(context: TestContext): Promise<void> {
  const seen = new Map();
  for (let round = 0; round < 2; round += 1) {
    await sweepTags(context.ctx, { renew: () => Promise.resolve(), seen });
    context.clock.advance(10);
  }
}

const awayTags = <Operation extends string>(operation: Operation) =>
  ({ kind: 'error', status: 503, code: 'ServiceUnavailable', message: 'away', times: 'forever', match: { operation } }) as const;

const isOnEndpoint = async (context: TestContext, job: string): Promise<boolean> => (await liveConfigOf(context)).startsWith(job);

/** One that waits for its approval. */
async function untilAwaiting(context: TestContext, job: string): Promise<string> {
  const deploymentId = await context.untilQueued(job);
  await context.round();
  expect(await statusesOf(context, job)).toEqual(['awaiting_approval']);
  return deploymentId;
}

describe('a database that is lost', () => {
  it('after a rollback: what was rolled back from stays away, the endpoint held, and what serves is known', async () => {
    const { context, first } = await startLive();
    const second = await context.start();
    await context.settle();
    const running = await context.start();
    await rollBack(context);
    await context.settle({ rounds: 400 });
    expect(await isOnEndpoint(context, first)).toBe(true);
    await rebuild(context);
    expect(await context.store.endpoints.find(endpointName)).toMatchObject({
      heldBy: 'ana',
      holdReason: 'it is wrong',
      tagsDue: false,
    });
    await runRounds(context, 30);
    expect(await statusesOf(context, first), 'it serves, whatever holds the endpoint').toEqual(['deployed']);
    expect((await context.store.deployments.findLive(endpointName))?.trainingJobName).toBe(first);
    for (const job of [second, running]) {
      expect(['rejected', undefined]).toContain((await statusesOf(context, job))[0]);
      expect(await context.store.runs.find(job)).toMatchObject({ status: 'completed', turnedDown: { how: 'rollback' } });
      const request = requestDeployment(context.ctx, { trainingJobName: job, force: false, trigger: 'api' });
      await expect(request).rejects.toMatchObject({ code: 'rejected' });
    }
    expect(await isOnEndpoint(context, first)).toBe(true);
    // What comes after goes when the hold ends.
    const later = await context.start();
    await context.untilQueued(later);
    await context.round();
    expect(await statusesOf(context, later)).toEqual(['queued']);
    await releaseEndpoint(context.ctx, { endpointName, by: 'ana', reason: null });
    await context.settle();
    expect(await statusesOf(context, later)).toEqual(['deployed']);
  }, 60_000);

  it('after a hold: what completed waits, and goes when the hold ends', async () => {
    const { context, first } = await startLive();
    await holdEndpoint(context.ctx, { endpointName, ...ana });
    const second = await context.start();
    await context.untilQueued(second);
    await rebuild(context);
    await runRounds(context, 20);
    expect(await statusesOf(context, second)).toEqual(['queued']);
    expect(await context.store.deployments.findLive(endpointName)).toMatchObject({ trainingJobName: first });
    expect(await isOnEndpoint(context, first)).toBe(true);
    await releaseEndpoint(context.ctx, { endpointName, by: 'ana', reason: null });
    expect(await endpointTags(context)).not.toHaveProperty(tagKeys.hold);
    await context.settle();
    expect(await statusesOf(context, second)).toEqual(['deployed']);
  }, 60_000);

  it('after a hold: a training that began since waits, also before another one was found again', async () => {
    const { context, first } = await startLive();
    await holdEndpoint(context.ctx, { endpointName, ...ana });
    await context.loseDatabase();
    context.simulator.addFault({ ...awayTags('DescribeEndpoint'), times: 1 });
    const second = await context.start();
    await context.untilQueued(second);
    await runRounds(context, 20);
    expect(await statusesOf(context, second)).toEqual(['queued']);
    expect(await context.store.endpoints.find(endpointName)).toMatchObject({ heldBy: 'ana', holdReason: 'it is wrong' });
    expect(await isOnEndpoint(context, first)).toBe(true);
    await releaseEndpoint(context.ctx, { endpointName, by: 'ana', reason: null });
    await context.settle();
    expect(await statusesOf(context, second)).toEqual(['deployed']);
  }, 60_000);

  it.each(['rejected', 'expired', 'aborted'])(
    'after an approval that was %s: the training is not deployed by itself',
    async (how) => {
      const context = await startTestContext({ delivery: withApproval(how === 'expired' ? 60 : 86_400) });
      const job = await context.start();
      const deploymentId = await untilAwaiting(context, job);
      if (how === 'rejected') await decideDeployment(context.ctx, { deploymentId, decision: { approves: false, ...ana } });
      if (how === 'aborted') await abortDeployment(context.ctx, { deploymentId, ...ana });
      if (how === 'expired') context.clock.advance(61);
      await context.round();
      expect(await statusesOf(context, job)).toEqual(['rejected']);
      expect(await context.tagsOf(job)).toMatchObject({ [tagKeys.turnedDown]: 'person' });
      await rebuild(context);
      await runRounds(context, 20);
      expect(await statusesOf(context, job)).toEqual([]);
      expect(context.effects()['model_created'] ?? 0).toBe(0);
    },
    60_000,
  );

  it('after an update that SageMaker rolled back while it took no tags: the training is not deployed by itself', async () => {
    const { context, first } = await startLive();
    context.simulator.addFault({ kind: 'roll_back_update', times: 1 });
    context.simulator.addFault(awayTags('AddTags'));
    const second = await context.start();
    await context.untilQueued(second);
    await runRounds(context, 20);
    expect(await statusesOf(context, second)).toEqual(['in_progress']);
    context.simulator.clearFaults();
    await context.settle();
    expect(await statusesOf(context, second)).toEqual(['rolled_back']);
    expect(await context.tagsOf(second)).toMatchObject({ [tagKeys.turnedDown]: 'rolled_back' });
    await rebuild(context);
    await runRounds(context, 20);
    expect(await statusesOf(context, second)).toEqual([]);
    expect(await isOnEndpoint(context, first)).toBe(true);
  }, 60_000);

  it('with what an approval let pass: it is live, and no person is needed once more', async () => {
    const context = await startTestContext({ delivery: withApproval() });
    const job = await context.start();
    const deploymentId = await untilAwaiting(context, job);
    await decideDeployment(context.ctx, { deploymentId, decision: { approves: true, ...ana } });
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
    await rebuild(context);
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
    expect(context.effects()['endpoint_updated'] ?? 0).toBe(0);
  }, 60_000);

  it('is rebuilt only once the tags of the endpoint can be read', async () => {
    const { context, first } = await startLive();
    await holdEndpoint(context.ctx, { endpointName, ...ana });
    context.simulator.addFault(awayTags('DescribeEndpoint'));
    await rebuild(context);
    expect(await context.store.runs.find(first)).toBeNull();
    context.simulator.clearFaults();
    context.clock.advance(31);
    await adoptOrphans(context.ctx, { search: newSearch() });
    expect(await context.store.runs.find(first)).not.toBeNull();
    expect(await context.store.endpoints.find(endpointName)).toMatchObject({ heldBy: 'ana' });
  }, 60_000);
});

describe('sweepTags', () => {
  it('writes what SageMaker did not take, or a process that died left out', async () => {
    const { context, first } = await startLive();
    const second = await context.start();
    await context.settle();
    context.simulator.addFault(awayTags('AddTags'));
    await rollBack(context);
    expect(await endpointTags(context)).not.toHaveProperty(tagKeys.hold);
    await sweep(context);
    expect(context.lines.filter((line) => line.includes('"event":"tags.due"'))).toHaveLength(1);
    context.simulator.clearFaults();
    context.clock.advance(60);
    // As the reconciler does it.
    await reconcileInTurn(context.ctx, { rounds: newReconcileRounds() });
    expect(await endpointTags(context)).toMatchObject({
      [tagKeys.hold]: expect.stringMatching(/Z by ana: it is wrong$/),
      [tagKeys.rolledBackAt]: expect.stringMatching(/Z$/),
    });
    expect(await context.tagsOf(second)).toMatchObject({ [tagKeys.turnedDown]: 'rollback' });
    expect(await context.tagsOf(first)).not.toHaveProperty(tagKeys.turnedDown);
    await settleTags(context);
    const before = context.simulator.calls({ operation: 'AddTags' }).length;
    await sweep(context);
    expect(context.simulator.calls({ operation: 'AddTags' })).toHaveLength(before);
  }, 60_000);

  it('takes the tag of a hold away that was released while SageMaker took no tags', async () => {
    const { context } = await startLive();
    await holdEndpoint(context.ctx, { endpointName, ...ana });
    context.simulator.addFault(awayTags('DeleteTags'));
    await releaseEndpoint(context.ctx, { endpointName, by: 'ana', reason: null });
    expect(await endpointTags(context)).toHaveProperty([tagKeys.hold]);
    context.simulator.clearFaults();
    await sweep(context);
    expect(await endpointTags(context)).not.toHaveProperty([tagKeys.hold]);
  }, 60_000);

  it('takes the tag of a hold away that arrives after its release, from a process that died', async () => {
    const { context } = await startLive();
    await holdEndpoint(context.ctx, { endpointName, ...ana });
    const { [tagKeys.hold]: Value } = await endpointTags(context);
    await releaseEndpoint(context.ctx, { endpointName, by: 'ana', reason: null });
    const seen = new Map();
    const round = (): Promise<void> => sweepTags(context.ctx, { renew: () => Promise.resolve(), seen });
    await round();
    const { EndpointArn: ResourceArn } = await context.sdk.describeEndpoint({ EndpointName: endpointName });
    await context.sdk.addTags({ ResourceArn, Tags: [{ Key: tagKeys.hold, Value }] });
    await round();
    expect(await endpointTags(context)).not.toHaveProperty(tagKeys.hold);
    expect(await context.store.endpoints.listTagsDue(10)).toHaveLength(1);
    context.clock.advance(10);
    await round();
    expect(await context.store.endpoints.listTagsDue(10)).toEqual([]);
  }, 60_000);

  it('leaves an endpoint that does not exist yet due: it is created with its tags', async () => {
    const context = await startTestContext();
    await holdEndpoint(context.ctx, { endpointName, ...ana });
    await sweep(context);
    expect(await context.store.endpoints.listTagsDue(10)).toHaveLength(1);
    const job = await context.start({}, false);
    await context.settle();
    await requestDeployment(context.ctx, { trainingJobName: job, force: true, trigger: 'api' });
    await runRounds(context, 1);
    expect(await endpointTags(context)).toMatchObject({ [tagKeys.hold]: expect.stringMatching(/Z by ana: it is wrong$/) });
    await settleTags(context);
    expect(await context.store.endpoints.listTagsDue(10)).toEqual([]);
  }, 60_000);
});
