import { describe, expect, it } from 'vitest';
import { ClaimLostError } from '../../src/core/errors.ts';
import { runDeployment } from '../../src/services/deployment/run-deployment.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { liveConfigOf, startLive, statusesOf, type TestContext } from './harness.ts';

const update = { operation: 'UpdateEndpoint' } as const;

/** Starts a worker whose UpdateEndpoint is delayed for so long, in real time. */
async function sendUpdate(context: TestContext, deploymentId: string, ms: number): Promise<{ late: Promise<unknown> }> {
  context.simulator.addFault({ kind: 'delay', ms, match: update, times: 1 });
  const late = runDeployment(context.ctx, { deploymentId });
  late.catch(() => {});
  // The simulator has received it.
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

describe('a change of the endpoint without a response', () => {
  it('is not repeated within the call, because SageMaker may have rolled it back already', async () => {
    const { context } = await startLive();
    context.simulator.changeSettings({ endpointUpdateSeconds: 0 });
    context.simulator.addFault({ kind: 'roll_back_update', match: update });
    context.simulator.addFault({ kind: 'lose_response', match: update });
    const job = await context.start();
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['rolled_back']);
    expect(requestedFor(context)).toHaveLength(1);
  });

  it("is not repeated by the next worker while the first one's call may still arrive", async () => {
    const { context } = await startLive();
    context.simulator.changeSettings({ endpointUpdateSeconds: 0 });
    context.simulator.addFault({ kind: 'roll_back_update', match: update });
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    const { late } = await sendUpdate(context, deploymentId, 500);
    await runDeployment(context.ctx, { deploymentId });
    expect(requestedFor(context)).toHaveLength(0);
    await expect(late).rejects.toThrow(ClaimLostError);
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['rolled_back']);
    expect(requestedFor(context)).toHaveLength(1);
  });

  it('is repeated after the in-flight window', async () => {
    const { context } = await startLive();
    context.simulator.addFault({ kind: 'lose_request', match: update });
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    await runDeployment(context.ctx, { deploymentId });
    context.clock.advance(14);
    await runDeployment(context.ctx, { deploymentId });
    expect(requestedFor(context)).toHaveLength(0);
    context.clock.advance(2);
    await runDeployment(context.ctx, { deploymentId });
    expect(requestedFor(context)).toHaveLength(1);
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
  });
});

describe('a change of the endpoint with a 5xx response', () => {
  const internalError = { kind: 'error', status: 500, code: 'InternalFailure', match: update } as const;

  /** Runs the job again after each snooze, as the queue does, until it waits for the next poll. Returns how long that took. */
  async function runUntilPoll(context: TestContext, deploymentId: string): Promise<number> {
    const { ctx, clock } = context;
    const startedAt = clock.now;
    for (;;) {
      const result = await runDeployment(ctx, { deploymentId });
      const isRetry = result.kind === 'snooze' && result.failingSince !== null;
      if (!isRetry) return clock.now - startedAt;
      clock.advance(result.delayMs / 1000);
    }
  }

  it('is repeated within seconds, without a wait in the worker, when it took no effect', async () => {
    const { context } = await startLive();
    context.simulator.addFault({ ...internalError, times: 2 });
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    expect(await runUntilPoll(context, deploymentId)).toBeLessThan(3000);
    expect(requestedFor(context)).toHaveLength(1);
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
  });

  it('is observed first by the next worker, however soon that is', async () => {
    const { context } = await startLive();
    context.simulator.addFault({ ...internalError, afterEffect: true });
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    await runDeployment(context.ctx, { deploymentId });
    expect(await context.store.deployments.find(deploymentId)).toMatchObject({
      step: 'endpoint',
      endpointChange: { action: 'update', respondedAt: context.clock.now, acknowledgedAt: null },
    });
    await runDeployment(context.ctx, { deploymentId });
    expect(await context.store.deployments.find(deploymentId)).toMatchObject({
      step: 'in_service',
      endpointChange: { acknowledgedAt: context.clock.now },
      lastErrorKind: null,
    });
    await context.settle();
    expect([await statusesOf(context, job), requestedFor(context).length]).toEqual([['deployed'], 1]);
  });

  it('is repeated also when an outage delayed it beyond the time limit', async () => {
    const { context } = await startLive();
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    context.simulator.addFault({ kind: 'error', status: 503, code: 'ServiceUnavailable', times: 'forever' });
    await runDeployment(context.ctx, { deploymentId });
    context.clock.advance(context.ctx.settings.maxDeploymentWaitMs / 1000 + 60);
    context.simulator.clearFaults();
    context.simulator.addFault(internalError);
    await context.settle();
    expect([await statusesOf(context, job), requestedFor(context).length]).toEqual([['deployed'], 1]);
  });

  it('is not repeated when an observation shows that it took effect', async () => {
    const { context } = await startLive();
    context.simulator.addFault({ ...internalError, afterEffect: true });
    context.simulator.addFault({ kind: 'roll_back_update', match: update });
    const job = await context.start();
    await runDeployment(context.ctx, { deploymentId: await context.untilQueued(job) });
    await context.settle();
    expect([await statusesOf(context, job), requestedFor(context).length]).toEqual([['rolled_back'], 1]);
  });

  it('is retried like any other error when the responses stay the same', async () => {
    const { context } = await startLive();
    context.simulator.addFault({ ...internalError, times: 'forever' });
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    expect(await runDeployment(context.ctx, { deploymentId })).toMatchObject({ kind: 'snooze' });
    expect(await context.store.deployments.find(deploymentId)).toMatchObject({
      status: 'in_progress',
      lastErrorKind: 'unavailable',
    });
    context.simulator.clearFaults();
    await context.settle();
    expect([await statusesOf(context, job), requestedFor(context).length]).toEqual([['deployed'], 1]);
  });
});

describe('a call that arrives after the end of its deployment', () => {
  /** Other workers finish its deployment, and a newer one as well. */
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

  it('leads to a restore, also when its response is lost', async () => {
    const { context, late, newer, config } = await conflicting();
    context.simulator.addFault({ kind: 'lose_response', match: update });
    await late.catch(() => {});
    expect(requestedFor(context)).toHaveLength(3);
    await context.settle();
    expect(await liveConfigOf(context)).toBe(config);
    expect(await statusesOf(context, newer)).toEqual(['deployed', 'deployed']);
  });

  it('leads to no restore over a newer training that has gone live since', async () => {
    const { context, late, newer } = await conflicting();
    const newest = await context.start();
    const deploymentId = await context.untilQueued(newest);
    // Another worker has claimed the newest one, and has done nothing yet.
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
