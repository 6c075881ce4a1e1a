import { describe, expect, it } from 'vitest';
import { ClaimLostError } from '../../src/core/errors.ts';
import { runDeployment } from '../../src/services/deployment/run-deployment.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { liveConfigOf, startLive, statusesOf, type TestContext } from './harness.ts';

const update = { operation: 'UpdateEndpoint' } as const;

/** A worker whose UpdateEndpoint is on its way for so long, on the wall's clock. */
async function sendUpdate(context: TestContext, deploymentId: string, ms: number): Promise<{ late: Promise<unknown> }> {
  context.simulator.addFault({ kind: 'delay', ms, match: update, times: 1 });
  const late = runDeployment(context.ctx, deploymentId, {});
  late.catch(() => {});
  // It has arrived.
  await eventually(
    async () =>
      (await (await fetch(`${context.simulator.url}/_control/faults`)).json()) as {
        faults: { kind: string; injected: number }[];
      },
    ({ faults }) => faults.some(({ kind, injected }) => kind === 'delay' && injected === 1),
    { everyMs: 5 },
  );
  return { late };
}

const requestedFor = (context: TestContext): unknown[] =>
  context.simulator.effects({ kind: 'endpoint_update_requested' }).map(({ detail }) => detail?.['to']);

describe('an effect on the endpoint that was asked for and not answered', () => {
  it('is not asked for again within the call: SageMaker may have rolled it back already', async () => {
    const { context } = await startLive();
    context.simulator.changeSettings({ endpointUpdateSeconds: 0 });
    context.simulator.addFault({ kind: 'roll_back_update', match: update });
    context.simulator.addFault({ kind: 'lose_response', match: update });
    const job = await context.start();
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['rolled_back']);
    expect(requestedFor(context)).toHaveLength(1);
  });

  it('is not asked for again by the next worker while the first one’s call may still arrive', async () => {
    const { context } = await startLive();
    context.simulator.changeSettings({ endpointUpdateSeconds: 0 });
    context.simulator.addFault({ kind: 'roll_back_update', match: update });
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    const { late } = await sendUpdate(context, deploymentId, 500);
    await runDeployment(context.ctx, deploymentId, {});
    expect(requestedFor(context)).toHaveLength(0);
    await expect(late).rejects.toThrow(ClaimLostError);
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['rolled_back']);
    expect(requestedFor(context)).toHaveLength(1);
  });

  it('is asked for again when it can’t arrive any more', async () => {
    const { context } = await startLive();
    context.simulator.addFault({ kind: 'lose_request', match: update });
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    await runDeployment(context.ctx, deploymentId, {});
    context.clock.advance(14);
    await runDeployment(context.ctx, deploymentId, {});
    expect(requestedFor(context)).toHaveLength(0);
    context.clock.advance(2);
    await runDeployment(context.ctx, deploymentId, {});
    expect(requestedFor(context)).toHaveLength(1);
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
  });
});

describe('an effect on the endpoint that was answered with a 5xx', () => {
  const internalError = { kind: 'error', status: 500, code: 'InternalFailure', match: update } as const;

  it('is asked for again in the same pass when a look shows that it has not come about', async () => {
    const { context } = await startLive();
    context.simulator.addFault({ ...internalError, times: 2 });
    const job = await context.start();
    await runDeployment(context.ctx, await context.untilQueued(job), {});
    expect(requestedFor(context)).toHaveLength(1);
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
  });

  it('is asked for again also when it was asked for only after the time limit, on account of an outage', async () => {
    const { context } = await startLive();
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    context.simulator.addFault({ kind: 'error', status: 503, code: 'ServiceUnavailable', times: 'forever' });
    await runDeployment(context.ctx, deploymentId, {});
    context.clock.advance(context.ctx.settings.maxDeploymentWaitMs / 1000 + 60);
    context.simulator.clearFaults();
    context.simulator.addFault(internalError);
    await context.settle();
    expect([await statusesOf(context, job), requestedFor(context).length]).toEqual([['deployed'], 1]);
  });

  it('is not asked for again when a look shows that it has', async () => {
    const { context } = await startLive();
    context.simulator.addFault({ ...internalError, afterEffect: true });
    context.simulator.addFault({ kind: 'roll_back_update', match: update });
    const job = await context.start();
    await runDeployment(context.ctx, await context.untilQueued(job), {});
    await context.settle();
    expect([await statusesOf(context, job), requestedFor(context).length]).toEqual([['rolled_back'], 1]);
  });

  it('waits as for any trouble when the answers stay the same', async () => {
    const { context } = await startLive();
    context.simulator.addFault({ ...internalError, times: 'forever' });
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    expect(await runDeployment(context.ctx, deploymentId, {})).toMatchObject({ kind: 'snooze' });
    expect(await context.store.deployments.find(deploymentId)).toMatchObject({
      status: 'in_progress',
      lastErrorKind: 'unavailable',
    });
    context.simulator.clearFaults();
    await context.settle();
    expect([await statusesOf(context, job), requestedFor(context).length]).toEqual([['deployed'], 1]);
  });
});

describe('a call that arrives after its deployment is over', () => {
  /** Its deployment is finished by others, and a newer one as well. */
  async function conflicting(): Promise<{
    context: TestContext;
    late: Promise<unknown>;
    newer: string;
    config: string | null | undefined;
  }> {
    const { context } = await startLive();
    const { late } = await sendUpdate(context, await context.untilQueued(await context.start()), 3000);
    await context.settle();
    const newer = await context.start();
    await context.settle();
    const [live] = await context.deploymentsOf(newer);
    return { context, late, newer, config: live?.endpointConfigName };
  }

  it('is made up for, also when its answer is lost', async () => {
    const { context, late, newer, config } = await conflicting();
    context.simulator.addFault({ kind: 'lose_response', match: update });
    await late.catch(() => {});
    expect(requestedFor(context)).toHaveLength(3);
    await context.settle();
    expect(await liveConfigOf(context)).toBe(config);
    expect(await statusesOf(context, newer)).toEqual(['deployed', 'deployed']);
  });

  it('does not bring back what was live then over a newer training that has gone live since', async () => {
    const { context, late, newer } = await conflicting();
    const newest = await context.start();
    const deploymentId = await context.untilQueued(newest);
    // Another worker has begun with the newest one, and not come far.
    await context.store.deployments.claim({ deploymentId, deadlineAt: context.clock.now + 3_600_000, now: context.clock.now });
    await expect(late).rejects.toThrow(ClaimLostError);
    await context.settle();
    const [live] = await context.deploymentsOf(newest);
    expect(live).toMatchObject({ status: 'deployed' });
    expect(await liveConfigOf(context)).toBe(live?.endpointConfigName);
    expect(await context.deploymentsOf(newer)).toMatchObject([
      { status: 'superseded', supersededBy: newest, forced: true, trigger: 'reconcile' },
      { status: 'deployed' },
    ]);
  });
});
