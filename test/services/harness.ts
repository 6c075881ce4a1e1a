import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SageMaker } from '@aws-sdk/client-sagemaker';
import { expect, onTestFinished } from 'vitest';
import type { Deployment } from '../../src/core/deployment/deployment.ts';
import { type ContextOverrides, createContext } from '../../src/app/context.ts';
import { openSqliteStore } from '../../src/db/sqlite/sqlite-store.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { RedisQueue } from '../../src/queue/queue.ts';
import { runDeployment } from '../../src/services/deployment/run-deployment.ts';
import { createRun } from '../../src/services/training/create-run.ts';
import type { BootstrapBody } from '../../src/services/training/new-run.ts';
import { observeRun } from '../../src/services/training/observe-run.ts';
import { newEventMemory } from '../../src/services/events/event-memory.ts';
import type { ServiceSettings } from '../../src/ports/settings.ts';
import type { Store } from '../../src/ports/store.ts';
import type { ServiceContext } from '../../src/services/context.ts';
import type { Simulator } from 'sagemaker-simulator';
import { type Clock, image, role, startSimulator } from '../../tools/testkit/simulator.ts';
import { sagemakerAt, testConfig } from '../../tools/testkit/app-context.ts';

export const endpointName = 'live';

export const settings: ServiceSettings = testConfig({
  ENDPOINT_NAME: endpointName,
  EXECUTION_ROLE_ARN: role,
  TRAINING_IMAGE: image,
  SERVING_IMAGE: image,
}).serviceSettings;

export interface TestContext {
  ctx: ServiceContext & { queue: RedisQueue };
  store: Store;
  /** Of the first database. */
  databaseUrl: string;
  simulator: Simulator;
  /** The SDK, at the simulator. */
  sdk: SageMaker;
  clock: Clock;
  /** What was logged, as JSON lines. */
  lines: string[];
  /** POST /bootstrap?auto_deploy=true. */
  start: (body?: BootstrapBody, autoDeploy?: boolean) => Promise<string>;
  /** Does what workers do, a round every `everySeconds`, until no run and no deployment is unfinished. */
  settle: (limits?: { rounds?: number; everySeconds?: number }) => Promise<void>;
  /** One round: observes every unfinished run and runs every unfinished deployment. */
  round: () => Promise<void>;
  /** Observes runs alone until the run's deployment is queued. Returns its id. */
  untilQueued: (trainingJobName: string) => Promise<string>;
  /** All deployments of a run, newest first. */
  deploymentsOf: (trainingJobName: string) => Promise<Deployment[]>;
  /** The tags of a training job at SageMaker. */
  tagsOf: (trainingJobName: string) => Promise<Record<string, string>>;
  /** How many side effects of each kind there were. */
  effects: () => Record<string, number>;
  /** Replaces the database with a new one. */
  loseDatabase: () => Promise<void>;
}

const newStore = (): { store: Store; databaseUrl: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-services-'));
  const databaseUrl = `file:${folder}/autodeploy.db`;
  const store = openSqliteStore(databaseUrl);
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { store, databaseUrl };
};

/**
 * A repeated call waits for nothing, and by the clock of the budget each request comes 5 s after the one before it, which no rate holds up: a
 * test's clock stands still meanwhile. How long they wait is proven in test/sagemaker/throttling.test.ts, test/queue/call-budget.test.ts and
 * test/services/start-waiting.test.ts.
 */
function noWaits(clock: Clock): ContextOverrides['pace'] {
  let requests = 0;
  return { random: () => 0, leastRate: 100, budgetNow: () => clock.now + 5000 * (requests += 1) };
}

/** The services over a real database, a real queue and the simulator behind the real SDK, on a clock that the test moves. */
export async function startTestContext(changed: Partial<ServiceSettings> = {}): Promise<TestContext> {
  const { simulator, clock, sagemaker: sdk } = await startSimulator();
  const lines: string[] = [];
  const log = createLogger({ logLevel: 'debug', secrets: [] }, 'worker', { write: (line: string) => lines.push(line) });
  const { store, databaseUrl } = newStore();
  const app = await createContext(
    { ...testConfig(), serviceSettings: { ...settings, ...changed } },
    { service: 'worker', log },
    { store, sagemaker: sagemakerAt(simulator.url), now: () => clock.now, pace: noWaits(clock) },
  );
  onTestFinished(() => app.close());
  const { queue, sagemaker } = app;
  // BullMQ's own methods, which tests look into the queue by, do not wait for it.
  await queue.depths();
  const ctx: TestContext['ctx'] = { ...app.ctx, queue };

  const observeRuns = async (): Promise<void> => {
    for (const run of await ctx.store.runs.listUnfinished({ afterSeq: 0, limit: 1000 })) {
      await observeRun(ctx, { trainingJobName: run.trainingJobName, actor: 'poll', failingSince: null });
    }
  };
  const deploymentsOf = async (trainingJobName: string): Promise<Deployment[]> =>
    (await ctx.store.deployments.list({ filter: { trainingJobName }, page: { limit: 100, cursor: null } })).items;

  const round = async (): Promise<void> => {
    await observeRuns();
    for (const { deploymentId } of await ctx.store.deployments.listUnfinished({ afterSeq: 0, limit: 1000 }))
      await runDeployment(ctx, { deploymentId });
  };

  return {
    ctx,
    get store() {
      return ctx.store;
    },
    databaseUrl,
    simulator,
    sdk,
    clock,
    lines,
    start: async (body = {}, autoDeploy = true) => {
      const { run } = await createRun(ctx, { autoDeploy, idempotencyKey: null, body });
      // Trainings are ordered by the instant of their request.
      clock.now += 1;
      return run.trainingJobName;
    },
    round,
    settle: async ({ rounds = 200, everySeconds = 15 } = {}) => {
      for (let count = 0; count < rounds; count += 1) {
        const left = [
          ...(await ctx.store.runs.listUnfinished({ afterSeq: 0, limit: 1 })),
          ...(await ctx.store.deployments.listUnfinished({ afterSeq: 0, limit: 1 })),
        ];
        if (left.length === 0) return;
        await round();
        clock.advance(everySeconds);
      }
      throw new Error(`not settled after ${rounds} rounds`);
    },
    deploymentsOf,
    untilQueued: async (trainingJobName) => {
      for (;;) {
        const [deployment] = await deploymentsOf(trainingJobName);
        if (deployment !== undefined) return deployment.deploymentId;
        await observeRuns();
        clock.advance(15);
      }
    },
    tagsOf: async (trainingJobName) => {
      const { arn } = await sagemaker.describeTrainingJob(trainingJobName);
      return sagemaker.listTags(arn);
    },
    effects: () => {
      const counts: Record<string, number> = {};
      for (const { kind } of simulator.effects()) counts[kind] = (counts[kind] ?? 0) + 1;
      return counts;
    },
    loseDatabase: async () => {
      await ctx.store.close();
      ctx.store = newStore().store;
      ctx.eventMemory = newEventMemory(clock.now);
    },
  };
}

/** With one training that is live. */
export async function startLive(changed: Partial<ServiceSettings> = {}): Promise<{ context: TestContext; first: string }> {
  const context = await startTestContext(changed);
  const first = await context.start();
  await context.settle();
  expect(await statusesOf(context, first)).toEqual(['deployed']);
  return { context, first };
}

/** So many rounds of what workers do, whether or not anything is settled. */
export async function runRounds(context: TestContext, count: number, everySeconds = 15): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await context.round();
    context.clock.advance(everySeconds);
  }
}

/** The configuration that the endpoint is on. */
export const liveConfigOf = async ({ sdk }: TestContext): Promise<string> =>
  (await sdk.describeEndpoint({ EndpointName: endpointName })).EndpointConfigName ?? '';

/** Of a run's deployments, the newest first. */
export const statusesOf = async (context: TestContext, job: string): Promise<string[]> =>
  (await context.deploymentsOf(job)).map(({ status }) => status);
