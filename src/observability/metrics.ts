/**
 * Prometheus metrics. Each scrape reads the counts from the database and Redis, so that any API process reports all processes; only
 * the process metrics are its own.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { StoreUnavailableError } from '../core/errors.ts';
import { isShownAsSkipped, skippedKinds } from '../core/skipped.ts';
import type { FeedStatus } from '../services/feed/read-feed-status.ts';
import { showFeed } from './feed-metrics.ts';
import { showNotifications } from './notification-metrics.ts';
import { showDeleted } from './retention-metrics.ts';
import { isAlive, type ServiceProcess } from '../core/service-process.ts';
import type { LatencyHistogram, Store } from '../ports/store.ts';
import { registerCountedHistogram } from './counted-histogram.ts';

/** Jobs by queue and BullMQ state. */
type QueueDepths = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface MetricsSources {
  store: Pick<Store, 'ping' | 'metrics' | 'skipped' | 'processes' | 'notifications' | 'retention'>;
  /** Rejects while Redis takes no writes. */
  probeRedis: () => Promise<void>;
  /** Rejects while the database is unavailable. */
  feed: () => Promise<FeedStatus>;
  now: () => number;
  /** Rejects, in less than a scrape may take, while Redis is unavailable. */
  queueDepths: () => Promise<QueueDepths>;
  /** Of this service. */
  version: string;
}

export interface Metrics {
  /** Returns Prometheus' text format, 0.0.4, without what can't be read: `autodeploy_redis_up` and `…_database_up` show that. */
  text(): Promise<string>;
}

export function createMetrics(sources: MetricsSources): Metrics {
  const ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  new Gauge({
    name: 'autodeploy_build_info',
    help: 'Always 1; the labels say what runs',
    labelNames: ['version', 'node_version'],
    registers: [ofProcess],
  }).set({ version: sources.version, node_version: process.version }, 1);

  return {
    text: async () => {
      const [takesWrites, redisTakesWrites, stored, depths] = await Promise.all([
        takesWritesOf(sources.store),
        sources.probeRedis().then(
          () => true,
          () => false,
        ),
        readStore(sources),
        readQueues(sources.queueDepths),
      ]);
      // A registry for each scrape: it shows what this scrape read, whatever others read meanwhile.
      const ofSystem = new Registry();
      showDatabase(takesWrites, ofSystem);
      if (stored !== null) showStored(stored, ofSystem);
      showQueues(depths, redisTakesWrites, ofSystem);
      if (stored !== null) showLatencies(stored.latencies, ofSystem);
      return [await ofSystem.metrics(), await ofProcess.metrics()].join('\n');
    },
  };
}

/** A read-only database counts as unavailable: the service can't record anything. */
const takesWritesOf = (store: MetricsSources['store']): Promise<boolean> =>
  store.ping().then(
    () => true,
    (error: unknown) => {
      if (error instanceof StoreUnavailableError) return false;
      throw error;
    },
  );

async function readStore({ store, feed: readFeed, now }: MetricsSources) {
  try {
    const [counts, pruned, latencies, detections, calls, skipped, processes, feed, notifications, deleted] = await Promise.all([
      store.metrics.counts(),
      store.metrics.pruned(),
      store.metrics.latencies(),
      store.metrics.detections(),
      store.metrics.calls(),
      store.skipped.list(),
      store.processes.list(),
      readFeed(),
      store.notifications.counts(),
      store.retention.deleted(),
    ]);
    const alive = processes.filter((one) => isAlive(one, now()));
    return { counts, pruned, latencies, detections, calls, skipped, alive, feed, notifications, deleted };
  } catch (error) {
    if (error instanceof StoreUnavailableError) return null;
    throw error;
  }
}

async function readQueues(queueDepths: MetricsSources['queueDepths']): Promise<QueueDepths | null> {
  try {
    return await queueDepths();
  } catch {
    // Whatever the reason: the queue can't be read, and readiness says why.
    return null;
  }
}

function showDatabase(takesWrites: boolean, registry: Registry): void {
  const help = 'Whether the database took a write, within a second of this scrape';
  new Gauge({ name: 'autodeploy_database_up', help, registers: [registry] }).set(takesWrites ? 1 : 0);
}

function showStored(stored: NonNullable<Awaited<ReturnType<typeof readStore>>>, registry: Registry): void {
  const registers = [registry];
  const runs = new Gauge({
    name: 'autodeploy_training_runs',
    help: 'Training runs by status',
    labelNames: ['status'],
    registers,
  });
  for (const [status, count] of Object.entries(stored.counts.runs)) runs.set({ status }, count);

  const deployments = new Gauge({
    name: 'autodeploy_deployments',
    help: 'Deployments by status: queued and in_progress are on their way, the others are outcomes',
    labelNames: ['status'],
    registers,
  });
  for (const [status, count] of Object.entries(stored.counts.deployments)) deployments.set({ status }, count);

  const workers = new Gauge({ name: 'autodeploy_workers', help: 'Worker processes that live', registers });
  workers.set(stored.alive.filter(({ service }) => service === 'worker').length);
  showClocks(stored.alive, registry);

  const detections = new Counter({
    name: 'autodeploy_trainings_detected_total',
    help: 'Completed trainings by who saw the completion first: with the event path in use, polls and reconcilers should see few',
    labelNames: ['detected_by'],
    registers,
  });
  for (const { detectedBy, count } of stored.detections) detections.inc({ detected_by: detectedBy }, count);

  const pruned = new Counter({
    name: 'autodeploy_runs_pruned_total',
    help: 'Runs deleted because they had ended longer ago than HISTORY_RETENTION_DAYS',
    registers,
  });
  pruned.inc(stored.pruned);

  const skipped = new Gauge({
    name: 'autodeploy_skipped',
    help: 'Training jobs, runs, deployments and endpoints that could not be handled, and were gone on without',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of skippedKinds.filter(isShownAsSkipped)) skipped.set({ kind }, 0);
  for (const { kind } of stored.skipped) if (isShownAsSkipped(kind)) skipped.inc({ kind });
  showFeed(stored.feed, registry);
  showNotifications(stored.notifications, registry);
  showDeleted(stored.deleted, registry);

  const calls = new Counter({
    name: 'autodeploy_sagemaker_calls_total',
    help: 'Requests to SageMaker by operation and result, of all processes',
    labelNames: ['operation', 'result'],
    registers,
  });
  for (const { operation, result, count } of stored.calls) calls.inc({ operation, result }, count);
}

/** The process that is furthest off: its name would be another series at each start. */
function showClocks(alive: readonly ServiceProcess[], registry: Registry): void {
  const skew = new Gauge({
    name: 'autodeploy_clock_skew_seconds',
    help: 'How far the clock of a host is ahead of that of the database: of the host that is furthest off, by service',
    labelNames: ['service'],
    registers: [registry],
  });
  for (const [service, those] of Map.groupBy(alive, (one) => one.service)) {
    const known = those.flatMap(({ clockSkewMs }) => (clockSkewMs === null ? [] : [clockSkewMs]));
    const furthest = known.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0];
    if (furthest !== undefined) skew.set({ service }, furthest / 1000);
  }
}

const latencyMetrics: Record<LatencyHistogram['reached'], { name: string; help: string }> = {
  queued: {
    name: 'autodeploy_deploy_queued_latency_seconds',
    help: 'From the end of a training to its deployment being recorded, by who detected the end',
  },
  requested: {
    name: 'autodeploy_deploy_requested_latency_seconds',
    help: 'From the end of a training to the request for its endpoint, by who detected the end',
  },
  in_service: {
    name: 'autodeploy_deploy_latency_seconds',
    help: 'From the end of a training to its model being in service, by who detected the end',
  },
};

function showLatencies(latencies: readonly LatencyHistogram[], registry: Registry): void {
  for (const [reached, metric] of Object.entries(latencyMetrics)) {
    const series = latencies.filter((one) => one.reached === reached);
    registerCountedHistogram(registry, metric, series);
  }
}

function showQueues(depths: QueueDepths | null, redisUp: boolean, registry: Registry): void {
  const registers = [registry];
  const up = new Gauge({ name: 'autodeploy_redis_up', help: 'Whether Redis took a write at this scrape', registers });
  up.set(redisUp ? 1 : 0);
  if (depths === null) return;

  const jobs = new Gauge({
    name: 'autodeploy_queue_jobs',
    help: 'Jobs in Redis by queue and state',
    labelNames: ['queue', 'state'],
    registers,
  });
  for (const [queue, states] of Object.entries(depths)) {
    for (const [state, count] of Object.entries(states)) jobs.set({ queue, state }, count);
  }
}
