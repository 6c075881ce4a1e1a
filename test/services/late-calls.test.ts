import { describe, expect, it } from 'vitest';
import { HandedOver } from '../../src/core/errors.ts';
import { advanceDeployment } from '../../src/services/deployment/run-deployment.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { endpointName, startWorld, type World } from './harness.ts';

const update = { operation: 'UpdateEndpoint' } as const;

/** A training is live on the endpoint. */
async function startLive(): Promise<World> {
  const world = await startWorld();
  await world.start();
  await world.settle();
  return world;
}

/** A worker whose UpdateEndpoint is on its way for so long, on the wall's clock. */
async function sendUpdate(world: World, deploymentId: string, ms: number): Promise<{ late: Promise<unknown> }> {
  world.simulator.addFault({ kind: 'delay', ms, match: update, times: 1 });
  const late = advanceDeployment(world.services, deploymentId, {});
  late.catch(() => {});
  // It has arrived.
  await eventually(
    async () =>
      (await (await fetch(`${world.simulator.url}/_control/faults`)).json()) as { faults: { kind: string; injected: number }[] },
    ({ faults }) => faults.some(({ kind, injected }) => kind === 'delay' && injected === 1),
    { everyMs: 5 },
  );
  return { late };
}

const askedFor = (world: World): unknown[] =>
  world.simulator.effects({ kind: 'endpoint_update_requested' }).map(({ detail }) => detail?.['to']);

const liveConfigOf = async (world: World): Promise<string | undefined> =>
  (await world.sdk.describeEndpoint({ EndpointName: endpointName })).EndpointConfigName;

const statusesOf = async (world: World, job: string): Promise<string[]> =>
  (await world.deploymentsOf(job)).map(({ status }) => status);

describe('an effect on the endpoint that was asked for and not answered', () => {
  it('is not asked for again within the call: SageMaker may have rolled it back already', async () => {
    const world = await startLive();
    world.simulator.changeSettings({ endpointUpdateSeconds: 0 });
    world.simulator.addFault({ kind: 'roll_back_update', match: update });
    world.simulator.addFault({ kind: 'lose_response', match: update });
    const job = await world.start();
    await world.settle();
    expect(await statusesOf(world, job)).toEqual(['rolled_back']);
    expect(askedFor(world)).toHaveLength(1);
  });

  it('is not asked for again by the next worker while the first one’s call may still arrive', async () => {
    const world = await startLive();
    world.simulator.changeSettings({ endpointUpdateSeconds: 0 });
    world.simulator.addFault({ kind: 'roll_back_update', match: update });
    const job = await world.start();
    const deploymentId = await world.untilQueued(job);
    const { late } = await sendUpdate(world, deploymentId, 500);
    await advanceDeployment(world.services, deploymentId, {});
    expect(askedFor(world)).toHaveLength(0);
    await expect(late).rejects.toThrow(HandedOver);
    await world.settle();
    expect(await statusesOf(world, job)).toEqual(['rolled_back']);
    expect(askedFor(world)).toHaveLength(1);
  });

  it('is asked for again when it can’t arrive any more', async () => {
    const world = await startLive();
    world.simulator.addFault({ kind: 'lose_request', match: update });
    const job = await world.start();
    const deploymentId = await world.untilQueued(job);
    await advanceDeployment(world.services, deploymentId, {});
    world.clock.advance(14);
    await advanceDeployment(world.services, deploymentId, {});
    expect(askedFor(world)).toHaveLength(0);
    world.clock.advance(2);
    await advanceDeployment(world.services, deploymentId, {});
    expect(askedFor(world)).toHaveLength(1);
    await world.settle();
    expect(await statusesOf(world, job)).toEqual(['deployed']);
  });
});

describe('an effect on the endpoint that was answered with a 5xx', () => {
  const internalError = { kind: 'error', status: 500, code: 'InternalFailure', match: update } as const;

  it('is asked for again in the same pass when a look shows that it has not come about', async () => {
    const world = await startLive();
    world.simulator.addFault({ ...internalError, times: 2 });
    const job = await world.start();
    await advanceDeployment(world.services, await world.untilQueued(job), {});
    expect(askedFor(world)).toHaveLength(1);
    await world.settle();
    expect(await statusesOf(world, job)).toEqual(['deployed']);
  });

  it('is asked for again also when it was asked for only after the time limit, on account of an outage', async () => {
    const world = await startLive();
    const job = await world.start();
    const deploymentId = await world.untilQueued(job);
    world.simulator.addFault({ kind: 'error', status: 503, code: 'ServiceUnavailable', times: 'forever' });
    await advanceDeployment(world.services, deploymentId, {});
    world.clock.advance(world.services.settings.maxDeploymentWaitMs / 1000 + 60);
    world.simulator.clearFaults();
    world.simulator.addFault(internalError);
    await world.settle();
    expect([await statusesOf(world, job), askedFor(world).length]).toEqual([['deployed'], 1]);
  });

  it('is not asked for again when a look shows that it has', async () => {
    const world = await startLive();
    world.simulator.addFault({ ...internalError, afterEffect: true });
    world.simulator.addFault({ kind: 'roll_back_update', match: update });
    const job = await world.start();
    await advanceDeployment(world.services, await world.untilQueued(job), {});
    await world.settle();
    expect([await statusesOf(world, job), askedFor(world).length]).toEqual([['rolled_back'], 1]);
  });

  it('waits as for any trouble when the answers stay the same', async () => {
    const world = await startLive();
    world.simulator.addFault({ ...internalError, times: 'forever' });
    const job = await world.start();
    const deploymentId = await world.untilQueued(job);
    expect(await advanceDeployment(world.services, deploymentId, {})).toMatchObject({ kind: 'again' });
    expect(await world.store.findDeployment(deploymentId)).toMatchObject({ status: 'in_progress', troubleKind: 'unavailable' });
    world.simulator.clearFaults();
    await world.settle();
    expect([await statusesOf(world, job), askedFor(world).length]).toEqual([['deployed'], 1]);
  });
});

describe('a call that arrives after its deployment is over', () => {
  /** Its deployment is finished by others, and a newer one as well. */
  async function overtaken(): Promise<{
    world: World;
    late: Promise<unknown>;
    newer: string;
    config: string | null | undefined;
  }> {
    const world = await startLive();
    const { late } = await sendUpdate(world, await world.untilQueued(await world.start()), 3000);
    await world.settle();
    const newer = await world.start();
    await world.settle();
    const [live] = await world.deploymentsOf(newer);
    return { world, late, newer, config: live?.endpointConfigName };
  }

  it('is made up for, also when its answer is lost', async () => {
    const { world, late, newer, config } = await overtaken();
    world.simulator.addFault({ kind: 'lose_response', match: update });
    await late.catch(() => {});
    expect(askedFor(world)).toHaveLength(3);
    await world.settle();
    expect(await liveConfigOf(world)).toBe(config);
    expect(await statusesOf(world, newer)).toEqual(['deployed', 'deployed']);
  });

  it('does not bring back what was live then over a newer training that has gone live since', async () => {
    const { world, late, newer } = await overtaken();
    const newest = await world.start();
    const deploymentId = await world.untilQueued(newest);
    // Another worker has begun with the newest one, and not come far.
    await world.store.claimDeployment(deploymentId, world.clock.now + 3_600_000, world.clock.now);
    await expect(late).rejects.toThrow(HandedOver);
    await world.settle();
    const [live] = await world.deploymentsOf(newest);
    expect(live).toMatchObject({ status: 'deployed' });
    expect(await liveConfigOf(world)).toBe(live?.endpointConfigName);
    expect(await world.deploymentsOf(newer)).toMatchObject([
      { status: 'superseded', supersededBy: newest, forced: true, trigger: 'reconcile' },
      { status: 'deployed' },
    ]);
  });
});
