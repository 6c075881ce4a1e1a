import { type PeriodicTask, runPeriodically } from '../async/run-periodically.ts';
import { QueueUnavailableError, StoreUnavailableError } from '../core/errors.ts';
import { adoptOrphans } from '../services/adoption/adopt-orphans.ts';
import { newSearch } from '../services/adoption/orphan-search.ts';
import type { ServiceContext } from '../services/context.ts';
import { notificationTiming } from '../core/timing.ts';
import { traceTiming } from '../core/trace/trace-timing.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { TraceExporter } from '../ports/trace-exporter.ts';
import { newOutage, type Outage } from '../core/outage.ts';
import { feedTiming, shortestTickMs } from '../core/feed/feed-timing.ts';
import { relistTrainings } from '../services/feed/relist-trainings.ts';
import { newSweepMemory, sweepChanges } from '../services/feed/sweep-changes.ts';
import { sendNotifications } from '../services/notifications/send-notifications.ts';
import { pruneHistory } from '../services/system/prune-history.ts';
import { newReconcileRounds, reconcileInTurn } from '../services/system/reconcile-in-turn.ts';
import { newTraceMemory, sendTraces } from '../services/tracing/send-traces.ts';
import { newStartLine, startWaiting } from '../services/training/start-waiting.ts';

const initialDelayMs = 1000;
const startIntervalMs = 1000;
const attemptsInInterval = 4;

const recovered = 'periodic work succeeds again';

/** Why a task must not run now; null when it may. */
type Objection = () => string | null;

/**
 * Compares the database with the queue soon after the start and then regularly, whether or not Redis responds. Tries more often than it
 * compares, so that another process soon continues for one that died.
 */
export function startReconciling(ctx: ServiceContext, objection: Objection): PeriodicTask {
  const rounds = newReconcileRounds();
  const task = { event: 'reconcile.failed', message: 'reconcile failed; retrying', objection };
  const intervalMs = ctx.settings.reconcileIntervalMs / attemptsInInterval;
  return startTask(ctx, task, (signal) => reconcileInTurn(ctx, { rounds, signal }), intervalMs);
}

/** Starts the runs that wait for their start. */
export function startStarting(ctx: ServiceContext, objection: Objection): PeriodicTask {
  const line = newStartLine();
  const message = 'runs that wait for their start cannot be started; retrying';
  const intervalMs = Math.min(startIntervalMs, ctx.settings.reconcileIntervalMs);
  const task = { event: 'training.waiting_not_started', message, objection };
  return startTask(ctx, task, (signal) => startWaiting(ctx, { line, signal }), intervalMs);
}

/** Deletes runs that have ended long ago, where the configuration says so. */
export function startPruning(ctx: ServiceContext, objection: Objection): PeriodicTask {
  const task = { event: 'history.prune_failed', message: 'old runs cannot be deleted; retrying', objection };
  return startTask(ctx, task, (signal) => pruneHistory(ctx, { signal }));
}

/** Sends the notifications that wait. */
export function startNotifying(ctx: ServiceContext, objection: Objection, notifier: Notifier): PeriodicTask {
  const message = 'notifications that wait cannot be sent; retrying';
  const task = { event: 'notification.round_failed', message, objection };
  return startTask(ctx, task, (signal) => sendNotifications(ctx, { notifier, signal }), notificationTiming.intervalMs);
}

/** Sends the traces of runs that are over. */
export function startTracing(
  ctx: ServiceContext,
  objection: Objection,
  { exporter, linkBase }: { exporter: TraceExporter; linkBase: string },
): PeriodicTask {
  const memory = newTraceMemory();
  const task = { event: 'trace.round_failed', message: 'traces cannot be sent; retrying', objection };
  return startTask(ctx, task, (signal) => sendTraces(ctx, { exporter, memory, linkBase, signal }), traceTiming.intervalMs);
}

/** Searches for trainings that the database does not know. Apart from the reconciler, which must not wait for a long list. */
export function startAdopting(ctx: ServiceContext, objection: Objection): PeriodicTask {
  const search = newSearch();
  const failure = { event: 'orphans.list_failed', message: 'search for orphans failed; retrying' };
  return startTask(ctx, { ...failure, objection }, (signal) => adoptOrphans(ctx, { search, signal }));
}

/**
 * The change feed: sweeps by Search, and walks through ListTrainingJobs, each in one process at a time. Every process looks often whether
 * the next one is due, so that another one continues soon after a crash.
 */
export function startFeed(ctx: ServiceContext, objection: Objection): PeriodicTask {
  if (ctx.settings.changeFeed === 'off') return { stop: () => Promise.resolve() };
  const memory = newSweepMemory();
  // One for both: they fail together.
  const failure = { event: 'feed.round_failed', message: 'change feed failed; retrying', objection, outage: newOutage() };
  const intervalMs = Math.max(shortestTickMs, feedTiming(ctx.settings.pollIntervalMs).tickMs);
  const tasks = [
    startTask(ctx, failure, (signal) => sweepChanges(ctx, { memory, signal }), intervalMs),
    startTask(ctx, failure, (signal) => relistTrainings(ctx, { signal }), intervalMs),
  ];
  return { stop: async () => void (await Promise.all(tasks.map((task) => task.stop()))) };
}

interface Task {
  event: string;
  message: string;
  objection: Objection;
  /** Of the database, as far as this work needs it. */
  outage?: Outage;
}

/** An outage of the database is one line when it begins and one when it ends; any other error is a line each time. */
function startTask(
  { settings, random, log }: ServiceContext,
  { event, message, objection, outage = newOutage() }: Task,
  run: (signal: AbortSignal) => Promise<unknown>,
  intervalMs = settings.reconcileIntervalMs,
): PeriodicTask {
  return runPeriodically({
    initialDelayMs: Math.min(initialDelayMs, intervalMs),
    intervalMs,
    random,
    async run(signal) {
      if (objection() !== null) return;
      const beganAt = performance.now();
      try {
        await run(signal);
        const lastedMs = outage.succeeded(beganAt, performance.now());
        if (lastedMs !== null) log.info({ event: 'task.recovered', failure: event, outage_ms: Math.round(lastedMs) }, recovered);
      } catch (error) {
        if (signal.aborted) return;
        const isRepeated = error instanceof StoreUnavailableError && !outage.failed(performance.now());
        log[isRepeated ? 'debug' : levelOf(error)]({ event, err: error }, message);
      }
    },
  });
}

/** The connection itself logs once that Redis is unavailable. */
function levelOf(error: unknown): 'debug' | 'warn' | 'error' {
  if (error instanceof QueueUnavailableError) return 'debug';
  return error instanceof StoreUnavailableError ? 'warn' : 'error';
}
