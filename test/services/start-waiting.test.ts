import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AppContext, createContext } from '../../src/app/context.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { openSqliteStore } from '../../src/db/sqlite/sqlite-store.ts';
import { createRun } from '../../src/services/training/create-run.ts';
import { startWaiting } from '../../src/services/training/start-waiting.ts';
import { observeRun } from '../../src/services/training/observe-run.ts';
import type { Simulator } from 'sagemaker-simulator';
import { sagemakerAt, testConfig } from '../../tools/testkit/app-context.ts';
import { startSimulator } from '../../tools/testkit/simulator.ts';

interface Fleet {
  /** Processes with one database, one Redis and one SageMaker. */
  processes: AppContext[];
  simulator: Simulator;
}

async function startFleet(count: number, perSecond: number): Promise<Fleet> {
  const { simulator } = await startSimulator({
    now: Date.now,
    settings: { trainingSeconds: 3600, rateLimits: { CreateTrainingJob: { perSecond, burst: 1 } } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-starts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const config = testConfig();
  const log = createLogger({ logLevel: 'silent', secrets: [] }, 'api', { write: () => true });
  const processes: AppContext[] = [];
  for (let number = 0; number < count; number += 1) {
    const process = await createContext(
      config,
      { service: 'api', log },
      { store: openSqliteStore(`file:${folder}/autodeploy.db`), sagemaker: sagemakerAt(simulator.url) },
    );
    onTestFinished(() => process.close());
    await process.queue.depths();
    processes.push(process);
  }
  return { processes, simulator };
}

const nameOf = (index: number): string => `job-${String(index).padStart(3, '0')}`;

const started = ({ simulator }: Fleet): string[] => simulator.effects({ kind: 'training_job_created' }).map(({ name }) => name);
const throttles = ({ simulator }: Fleet): number =>
  simulator.calls({ operation: 'CreateTrainingJob', code: 'ThrottlingException' }).length;

describe('startWaiting', () => {
  it('starts a burst of requests to two processes at the pace that SageMaker allows, in their order', async () => {
    const fleet = await startFleet(2, 10);
    const [first, second] = fleet.processes;
    const count = 24;
    // Loads what a first call needs.
    for (const { ctx } of fleet.processes) await ctx.sagemaker.describeTrainingJob('none').catch(() => undefined);
    const created = await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const body = { trainingJobName: nameOf(index) };
        const { ctx } = index % 2 === 0 ? first! : second!;
        return createRun(ctx, { autoDeploy: true, idempotencyKey: null, body });
      }),
    );
    const waiting = created.filter(({ run }) => run.status === 'requested').map(({ run }) => run.trainingJobName);
    expect(waiting.length).toBeGreaterThan(4);

    await Promise.all(fleet.processes.map(({ ctx }) => startWaiting(ctx)));
    expect(started(fleet).toSorted()).toEqual(Array.from({ length: count }, (_, index) => nameOf(index)));
    // 16 may be in progress in both processes before the first of them is throttled.
    expect(throttles(fleet)).toBeLessThan(20);
    const order = started(fleet).filter((name) => waiting.includes(name));
    const places = order.map((name, place) => Math.abs(waiting.toSorted().indexOf(name) - place));
    expect(places.filter((place) => place > 3).length).toBeLessThan(6);
    for (const { run } of created) {
      expect(await first!.store.runs.find(run.trainingJobName)).toMatchObject({ status: 'training' });
    }
  }, 60_000);

  it('leaves a new request to the line while others wait', async () => {
    const fleet = await startFleet(1, 0.1);
    const [{ ctx }] = fleet.processes as [AppContext];
    const request = (name: string) => createRun(ctx, { autoDeploy: true, idempotencyKey: null, body: { trainingJobName: name } });
    await Promise.all([1, 2, 3, 4].map((index) => request(nameOf(index))));
    expect((await request('late')).run.status).toBe('requested');
    fleet.simulator.changeSettings({ rateLimits: {} });
    await startWaiting(ctx);
    // One that was throttled once more may come after it.
    expect(started(fleet).indexOf('late')).toBeGreaterThan(2);
  }, 60_000);

  it('leaves a start that SageMaker refuses to the check of its run, and continues with the others', async () => {
    const fleet = await startFleet(1, 1000);
    const [{ ctx, store }] = fleet.processes as [AppContext];
    for (const name of ['refused', 'good']) {
      const { run } = await waitingRun(ctx, name);
      expect(run.status).toBe('requested');
    }
    fleet.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'ResourceLimitExceeded',
      message: 'The account-level service limit is 0 Instances',
      match: { operation: 'CreateTrainingJob', nameContains: 'refused' },
      times: 'forever',
    });
    await startWaiting(ctx);
    expect(await store.runs.find('good')).toMatchObject({ status: 'training' });
    expect(await store.runs.find('refused')).toMatchObject({ status: 'requested', startAttemptedAt: null });
    expect(fleet.simulator.calls({ operation: 'CreateTrainingJob', code: 'ResourceLimitExceeded' })).toHaveLength(1);
    // Its check continues with it.
    const result = await observeRun(ctx, { trainingJobName: 'refused', actor: 'poll', failingSince: null });
    expect(result).toMatchObject({ kind: 'snooze', failingSince: expect.any(Number) });
  });

  it('is not held up by the checks of many runs that SageMaker refuses', async () => {
    const fleet = await startFleet(1, 5);
    const [{ ctx }] = fleet.processes as [AppContext];
    const refusal = { status: 400, code: 'ResourceLimitExceeded', message: 'The account-level service limit is 0 Instances' };
    const match = { operation: 'CreateTrainingJob', nameContains: 'refused' } as const;
    // So that a rate is known.
    fleet.simulator.addFault({ kind: 'throttle', match, times: 1 });
    fleet.simulator.addFault({ kind: 'error', ...refusal, match, times: 'forever' });
    const refused = Array.from({ length: 15 }, (_, index) => `refused-${index}`);
    for (const name of refused) await waitingRun(ctx, name);
    await startWaiting(ctx);
    const refusals = () => fleet.simulator.calls({ operation: 'CreateTrainingJob', code: refusal.code }).length;
    expect(refusals()).toBe(refused.length);

    for (let index = 0; index < 10; index += 1) await waitingRun(ctx, nameOf(index));
    const over = new AbortController();
    const checks = refused.map(async (trainingJobName) => {
      while (!over.signal.aborted) await observeRun(ctx, { trainingJobName, actor: 'poll', failingSince: null });
    });
    const before = refusals();
    await startWaiting(ctx);
    over.abort();
    expect(refusals() - before).toBeLessThan(10);
    await Promise.all(checks);
  }, 60_000);
});

/** A run as a throttled request leaves it. */
const waitingRun = (ctx: AppContext['ctx'], trainingJobName: string) =>
  createRun(
    { ...ctx, sagemaker: { ...ctx.sagemaker, mayStartTraining: () => false } },
    { autoDeploy: true, idempotencyKey: null, body: { trainingJobName } },
  );

describe('observeRun, for a run that waits for its start', () => {
  it('starts the oldest ones, when nothing else does, and leaves the others for later', async () => {
    const fleet = await startFleet(1, 1000);
    const [{ ctx }] = fleet.processes as [AppContext];
    for (let index = 0; index < 7; index += 1) await waitingRun(ctx, nameOf(index));
    const check = (name: string) => observeRun(ctx, { trainingJobName: name, actor: 'poll', failingSince: null });
    expect(await check(nameOf(6))).toMatchObject({ kind: 'snooze', failingSince: null });
    expect(started(fleet)).toEqual([]);
    for (let index = 0; index < 7; index += 1) await check(nameOf(index));
    expect(started(fleet)).toEqual(Array.from({ length: 7 }, (_, index) => nameOf(index)));
  });
});
