import type { FeedMode, FeedState } from '../../src/core/feed/feed-state.ts';
import { feedMode } from '../../src/core/feed/feed-state.ts';
import { trainingJobTags } from '../../src/core/sagemaker/tags.ts';
import type { JobResult } from '../../src/services/job-result.ts';
import { readFeedState } from '../../src/services/feed/read-feed.ts';
import { newSweepMemory, sweepChanges } from '../../src/services/feed/sweep-changes.ts';
import { checkRun } from '../../src/services/training/check-run.ts';
import { createProgressReader } from '../../src/services/training/read-progress.ts';
import type { ServiceSettings } from '../../src/ports/settings.ts';
import { noLayers } from '../../src/core/shapes/shape-layers.ts';
import { trainingOfLegacy } from '../../src/core/training/legacy-request.ts';
import { arn, image, role } from '../../tools/testkit/simulator.ts';
import { endpointName, settings, startTestContext, type TestContext } from './harness.ts';

export const fleetName = (number: number, prefix = 'fleet'): string => `${prefix}-${String(number).padStart(6, '0')}`;

export interface Fleet {
  context: TestContext;
  /** Moves the clock by so many polling intervals, and sweeps. */
  sweepAfter: (intervals: number) => Promise<void>;
  state: () => Promise<FeedState>;
  mode: () => Promise<FeedMode>;
  /** The run's regular check, as after one that described it at `describedAt`. */
  check: (trainingJobName: string, describedAt: number | null, isBatched?: boolean) => Promise<JobResult>;
  /** How many calls of an operation there were. */
  calls: (operation: string) => number;
  complete: (trainingJobName: string) => Promise<void>;
  /** The state of the run's job in the queue, and whether it would describe. */
  job: (trainingJobName: string) => Promise<{ state: string; describedAt: number | null } | null>;
}

/** As many training jobs as SageMaker has of a fleet: one page holds them, so that no test waits between two. */
const mostListed = 60;

/** Runs in progress, with sleeping checks in the queue. SageMaker has the first 60 of their training jobs, which take a day. */
export async function startFleet(
  count: number,
  { prefix = 'fleet', changed = {} }: { prefix?: string; changed?: Partial<ServiceSettings> } = {},
): Promise<Fleet> {
  const context = await startTestContext(changed);
  context.simulator.changeSettings({ trainingSeconds: 86_400 });
  await seed(context, count, prefix);
  const { ctx, simulator, clock } = context;
  const memory = newSweepMemory();
  const intervalSeconds = ctx.settings.pollIntervalMs / 1000;
  const state = (): Promise<FeedState> => readFeedState(ctx.store);
  const readProgress = createProgressReader(ctx);
  return {
    context,
    sweepAfter: async (intervals) => {
      clock.advance(intervals * intervalSeconds);
      await sweepChanges(ctx, { memory });
    },
    state,
    mode: async () => feedMode(await state(), ctx.settings.pollIntervalMs, clock.now),
    check: (trainingJobName, describedAt, isBatched = false) =>
      checkRun(ctx, {
        trainingJobName,
        describedAt,
        actor: 'poll',
        failingSince: null,
        isBatched,
        readFeed: state,
        readProgress,
      }),
    calls: (operation) => simulator.calls({ operation }).length,
    complete: async (trainingJobName) => {
      const url = `${simulator.url}/_control/training-jobs/${trainingJobName}/complete`;
      await fetch(url, { method: 'POST', body: '{}' });
    },
    job: async (trainingJobName) => {
      const [queue] = ctx.queue.queues;
      const job = await queue?.getJob(`check-${trainingJobName}`);
      if (job === undefined) return null;
      const { described_at: describedAt } = job.data as { described_at: number | null };
      return { state: await job.getState(), describedAt };
    },
  };
}

async function seed({ ctx, simulator, clock }: TestContext, count: number, prefix: string): Promise<void> {
  const own = { runId: 'run', project: settings.projectName, endpointName, autoDeploy: true, servingImage: null };
  const body = JSON.stringify({
    count: Math.min(count, mostListed),
    namePrefix: prefix,
    status: 'in_progress',
    tags: trainingJobTags(own, 'seeded'),
    newestAgeSeconds: 60,
    spacingSeconds: 0,
  });
  await fetch(`${simulator.url}/_control/training-jobs/seed`, { method: 'POST', body });
  for (let number = 1; number <= count; number += 1) await recordRun({ ctx, clock }, fleetName(number, prefix));
}

/** A run in progress, whose check sleeps for an hour. */
export async function recordRun({ ctx, clock }: Pick<TestContext, 'ctx' | 'clock'>, trainingJobName: string): Promise<void> {
  const { store, queue } = ctx;
  const request = {
    trainingImage: image,
    roleArn: role,
    instanceType: 'ml.m5.xlarge',
    instanceCount: 1,
    volumeGb: 30,
    maxRuntimeSeconds: 86_400,
    inputS3Uri: null,
    outputS3Uri: 's3://models/out/',
    hyperparameters: {},
    environment: {},
    tags: {},
  };
  const run = {
    runId: `run-${trainingJobName}`,
    trainingJobName,
    project: settings.projectName,
    endpointName,
    autoDeploy: true,
    shapes: { ...noLayers, training: trainingOfLegacy(request) },
    request,
    servingImage: null,
    idempotencyKey: null,
    idempotencyHash: null,
  };
  const now = clock.now - 60_000;
  await store.runs.insert({ run: { ...run, servingImage: image }, now, startNow: true });
  const trainingJobArn = arn(`training-job/${trainingJobName}`);
  await store.runs.markStarted({ trainingJobName, trainingJobArn, actor: 'api', detail: 'seeded', now });
  await queue.scheduleTrainingCheck({ trainingJobName, endpointName }, 3_600_000, clock.now);
}
