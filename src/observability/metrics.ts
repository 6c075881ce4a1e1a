/**
 * Prometheus metrics. Each scrape reads the counts from the database and Redis, so that any API process reports all processes; only
 * the process metrics are its own.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { activeDeploymentStatuses } from '../core/deployment/deployment.ts';
import { StoreUnavailableError } from '../core/errors.ts';
import { isAlive } from '../core/service-process.ts';
import { unfinishedRunStatuses } from '../core/training/training-run.ts';
import type { DueJobs } from '../ports/queue.ts';
import type { Store } from '../ports/store.ts';
import { lastEventMark } from '../services/events/event-marks.ts';
import type { FeedStatus } from '../services/feed/read-feed-status.ts';
import { showCalls } from './call-metrics.ts';
import { showFeed } from './feed-metrics.ts';
import { showLatencies } from './latency-metrics.ts';
import { showNotifications } from './notification-metrics.ts';
import { showOutcomes } from './outcome-metrics.ts';
import { showRequests } from './request-metrics.ts';
import { showDeleted } from './retention-metrics.ts';
import { showSystem } from './system-metrics.ts';
import { showTraces } from './trace-metrics.ts';
import { showWaiting } from './waiting-metrics.ts';

/** Jobs by queue and BullMQ state. */
type QueueDepths = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface MetricsSources {
  store: Pick<Store, 'ping' | 'metrics' | 'skipped' | 'processes' | 'notifications' | 'retention' | 'leases' | 'traces'>;
  /** Rejects while Redis takes no writes. */
  probeRedis: () => Promise<void>;
  /** Rejects while the database is unavailable. */
  feed: () => Promise<FeedStatus>;
  now: () => number;
  /** Both reject, in less than a scrape may take, while Redis is unavailable. */
  queueDepths: () => Promise<QueueDepths>;
  due: () => Promise<Record<string, DueJobs>>;
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
      const [takesWrites, redisTakesWrites, stored, depths, due] = await Promise.all([
        takesWritesOf(sources.store),
        sources.probeRedis().then(
          () => true,
          () => false,
        ),
        readStore(sources),
        readQueues(sources.queueDepths),
        readQueues(sources.due),
      ]);
      // A registry for each scrape: it shows what this scrape read, whatever others read meanwhile.
      const ofSystem = new Registry();
      showUp('database', takesWrites, ofSystem);
      if (stored !== null) showStored(stored, ofSystem);
      showUp('redis', redisTakesWrites, ofSystem);
      showQueues(depths, ofSystem);
      showWaiting({ stored: stored?.waiting ?? null, due, now: sources.now() }, ofSystem);
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

async function readStore(sources: MetricsSources) {
  try {
    const [totals, system] = await Promise.all([readTotals(sources), readSystem(sources)]);
    return { ...totals, ...system };
  } catch (error) {
    if (error instanceof StoreUnavailableError) return null;
    throw error;
  }
}

async function readTotals({ store }: MetricsSources) {
  const { metrics } = store;
  const [pruned, latencies, calls, requests, finished, detections, notifications, deleted, traces] = await Promise.all([
    metrics.pruned(),
    metrics.latencies(),
    metrics.calls(),
    metrics.requests(),
    metrics.finished(),
    metrics.detections(),
    store.notifications.counts(),
    store.retention.deleted(),
    store.traces.counts(),
  ]);
  return { pruned, latencies, calls, requests, finished, detections, notifications, deleted, traces };
}

async function readSystem({ store, feed: readFeed, now: clock }: MetricsSources) {
  const now = clock();
  const [counts, waiting, liveSince, databaseBytes, lastEventAt, skipped, processes, feed] = await Promise.all([
    store.metrics.counts(),
    store.metrics.waiting({ now }),
    store.metrics.liveSince(),
    store.metrics.databaseBytes(),
    store.leases.findCheckpoint(lastEventMark),
    store.skipped.list(),
    store.processes.list(),
    readFeed(),
  ]);
  const alive = processes.filter((one) => isAlive(one, now));
  return { counts, waiting, liveSince, databaseBytes, lastEventAt, skipped, alive, feed };
}

async function readQueues<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch {
    // Whatever the reason: the queue can't be read, and readiness says why.
    return null;
  }
}

function showUp(part: 'database' | 'redis', isUp: boolean, registry: Registry): void {
  const help = `Whether ${part === 'redis' ? 'Redis' : 'the database'} took a write, within a second of this scrape`;
  new Gauge({ name: `autodeploy_${part}_up`, help, registers: [registry] }).set(isUp ? 1 : 0);
}

function showStored(stored: NonNullable<Awaited<ReturnType<typeof readStore>>>, registry: Registry): void {
  showOnTheirWay(stored.counts, registry);
  showOutcomes(stored, registry);
  showSystem(stored, registry);
  showFeed(stored.feed, registry);
  showNotifications(stored.notifications, registry);
  showDeleted(stored.deleted, registry);
  showTraces(stored.traces, registry);
  showCalls(stored.calls, registry);
  showLatencies(stored.latencies, registry);
  showRequests(stored.requests, registry);
  const help = 'Runs deleted because they had ended longer ago than HISTORY_RETENTION_DAYS';
  new Counter({ name: 'autodeploy_runs_pruned_total', help, registers: [registry] }).inc(stored.pruned);
}

/** Outcomes are totals, and counters of their own. */
function showOnTheirWay({ runs, deployments }: Awaited<ReturnType<Store['metrics']['counts']>>, registry: Registry): void {
  const registers = [registry];
  const labelNames = ['status'];
  const ofRuns = new Gauge({
    name: 'autodeploy_training_runs',
    help: 'Training runs that have not ended, by status',
    labelNames,
    registers,
  });
  for (const status of unfinishedRunStatuses) ofRuns.set({ status }, runs[status]);
  const ofDeployments = new Gauge({
    name: 'autodeploy_deployments',
    help: 'Deployments that have not ended, by status',
    labelNames,
    registers,
  });
  for (const status of activeDeploymentStatuses) ofDeployments.set({ status }, deployments[status]);
}

function showQueues(depths: QueueDepths | null, registry: Registry): void {
  if (depths === null) return;
  const jobs = new Gauge({
    name: 'autodeploy_queue_jobs',
    help: 'Jobs in Redis by queue and state',
    labelNames: ['queue', 'state'],
    registers: [registry],
  });
  for (const [queue, states] of Object.entries(depths)) {
    for (const [state, count] of Object.entries(states)) jobs.set({ queue, state }, count);
  }
}
