import { setTimeout as wait } from 'node:timers/promises';
import { Queue as BullQueue } from 'bullmq';
import { type RedisFacts, type RedisWarning, warningsOf } from '../core/redis-server.ts';
import { queueTiming } from '../core/timing.ts';
import type { CallBudget } from '../ports/call-budget.ts';
import type { Logger } from '../ports/logger.ts';
import type { Queue, QueuePeers, QueueView } from '../ports/queue.ts';
import { createCallBudget } from './call-budget.ts';
import { connectProducer, disconnect } from './connection.ts';
import {
  checkJob,
  checkQueueName,
  deployJob,
  deployQueueName,
  deploymentObservationJob,
  trainingObservationJob,
  type ObservationJob,
} from './jobs.ts';
import { createDueJobsReader } from './due-jobs.ts';
import { addObservation, ensureJob, type JobQueue } from './ensure-job.ts';
import { createObservationSpacing } from './observation-spacing.ts';
import { nudgeChecks } from './nudge-checks.ts';
import { leavePeers, meetPeers } from './peers.ts';
import { countBeyond, jobsBeyond, redelayBeyond } from './pull-forward.ts';
import { factsOf } from './redis-facts.ts';
import type { QueuePlace } from './redis-target.ts';
import { restoreJobs } from './restore-missing.ts';
import { unavailable } from './redis-error.ts';
import { withRedisTimeout } from './with-redis-timeout.ts';
import { createFirstConnectWait } from './wait-for-first-connect.ts';
import { createWriteProbe } from './write-probe.ts';

/** BullMQ writes events that no process reads; by default it keeps about 10,000 a queue. */
const keptEvents = 100;
const reconnectedWithinMs = 700;

const warningLines = {
  redis_eviction_policy: { event: 'redis.evicts', message: 'Redis may evict jobs' },
  redis_version: { event: 'redis.outdated', message: 'Redis is outdated' },
} as const;

const states = ['waiting', 'active', 'delayed', 'prioritized', 'completed', 'failed'] as const;
type QueueDepths = Record<(typeof states)[number], number>;

/** The queues in Redis. Every method fails with QueueUnavailableError, within about 2 s, while Redis is unavailable. */
export interface RedisQueue extends Queue, QueueView, QueuePeers {
  /** How many jobs are in which state, for each queue. */
  depths(): Promise<Record<string, QueueDepths>>;
  /** What all processes may send to SageMaker, kept beside the queue. */
  readonly callBudget: CallBudget;
  /** For Bull Board. */
  readonly queues: readonly JobQueue[];
  /** Never fails, and takes 1 s at most. */
  close(): Promise<void>;
}

export interface QueueOptions extends QueuePlace {
  log: Logger;
  /** By which jobs are late: the clock of all hosts. BullMQ adds and delays jobs by this host's. */
  now?: () => number;
  /** Of the budget of calls, in place of the clock of Redis. */
  budgetNow?: () => number;
}

export function createQueue(options: QueueOptions): RedisQueue {
  const { queuePrefix, log, now: clock = Date.now, budgetNow } = options;
  const redis = connectProducer(options, log);
  const waitForFirstConnect = createFirstConnectWait(redis);
  const probe = createWriteProbe(redis, queuePrefix);

  const open = (name: string): JobQueue => {
    const queue: JobQueue = new BullQueue(name, {
      connection: redis,
      prefix: queuePrefix,
      streams: { events: { maxLen: keptEvents } },
      // Otherwise a queue waits for its first connection before anything else, without end
      // (docs/reference/bullmq-behavior.md#a-queue-waits-for-its-first-connection).
      skipWaitingForReady: true,
      skipVersionCheck: true,
      skipMetasUpdate: true,
    });
    // A caller gets the error of its call, and the connection logs its own (connection-log.ts).
    queue.on('error', () => {});
    return queue;
  };
  const check = open(checkQueueName);
  const deploy = open(deployQueueName);
  const queues = [check, deploy];

  /** BullMQ does this once, when a queue is opened; here Redis may come, or be emptied, later. */
  const writeSettings = (): Promise<unknown> =>
    Promise.all(queues.map((queue) => queue.getBackend().setQueueMeta(queue.metaValues)));
  const spacing = createObservationSpacing(redis, queuePrefix);
  const observeAfterSpacing = async (queue: JobQueue, job: ObservationJob<object>): Promise<void> =>
    addObservation(queue, job, await spacing(job.deduplicationId));
  const dueJobsReaders = queues.map((queue) => [queue.name, createDueJobsReader(redis, queue)] as const);
  let facts: RedisFacts | null = null;
  const readFacts = async (): Promise<void> => {
    const read = factsOf(await redis.info());
    const known = facts;
    facts = read;
    const isKnown = ({ code }: RedisWarning): boolean => known !== null && warningsOf(known).some((one) => one.code === code);
    for (const { code, detail } of warningsOf(read).filter((one) => !isKnown(one))) {
      const { event, message } = warningLines[code];
      log.warn({ event, code, reason: detail }, message);
    }
  };
  redis.on('ready', () => {
    void writeSettings().catch(() => {});
    void readFacts().catch(() => {});
  });

  const inspectDueJobs = async () => {
    const now = clock();
    const observations = dueJobsReaders.map(async ([name, observe]) => [name, await observe(now)] as const);
    return Object.fromEntries(await withRedisTimeout(queueTiming.commandMs, Promise.all(observations)));
  };

  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      await withRedisTimeout(queueTiming.commandMs, waitForFirstConnect());
      return await work();
    } catch (error) {
      throw unavailable(error);
    }
  };

  return {
    queues,
    callBudget: createCallBudget({ redis, queuePrefix, now: budgetNow }),
    scheduleTrainingCheck(run, delayMs, describedAt) {
      const job = checkJob(run, describedAt);
      return attempt(() => withRedisTimeout(queueTiming.commandMs, ensureJob(redis, check, job, delayMs)));
    },
    nudgeTrainingChecks: (runs, delayMs) => attempt(() => nudgeChecks(check, runs, delayMs)),
    deploy(deployment, delayMs) {
      const job = deployJob(deployment);
      return attempt(() => withRedisTimeout(queueTiming.commandMs, ensureJob(redis, deploy, job, delayMs)));
    },
    requestTrainingCheck(run, status) {
      const job = trainingObservationJob(run, status);
      return attempt(() => withRedisTimeout(queueTiming.commandMs, observeAfterSpacing(check, job)));
    },
    requestDeploymentCheck(deployment, status) {
      const job = deploymentObservationJob(deployment, status);
      return attempt(() => withRedisTimeout(queueTiming.commandMs, observeAfterSpacing(deploy, job)));
    },
    restore(wanted, delayMs) {
      return attempt(async () => {
        const runs = await restoreJobs(
          redis,
          check,
          wanted.runs,
          (run) => checkJob(run),
          () => delayMs('check'),
        );
        const deployments = await restoreJobs(redis, deploy, wanted.deployments, deployJob, () => delayMs('deploy'));
        if (runs.added.length + deployments.added.length > 0) await withRedisTimeout(queueTiming.commandMs, writeSettings());
        return {
          runs: runs.added,
          deployments: deployments.added,
          refused: [
            ...runs.refused.map(({ one, reason }) => ({ kind: 'run' as const, name: one.trainingJobName, reason })),
            ...deployments.refused.map(({ one, reason }) => ({ kind: 'deployment' as const, name: one.deploymentId, reason })),
          ],
        };
      });
    },
    pullForward(longestMs, delayMs) {
      return attempt(async () => {
        const beyond = queues.map((queue) => jobsBeyond(queue, longestMs, clock()));
        const counts = await Promise.all(beyond.map((one) => countBeyond(redis, one)));
        const count = counts.reduce((sum, one) => sum + one, 0);
        await Promise.all(beyond.map((one, index) => redelayBeyond(redis, one, counts[index] ?? 0, () => delayMs(count))));
        return count;
      });
    },
    probe: () => attempt(() => withRedisTimeout(queueTiming.commandMs, probe())),
    meet: (self, stance) => attempt(() => withRedisTimeout(queueTiming.commandMs, meetPeers(redis, queuePrefix, self, stance))),
    leave: (name) => attempt(() => withRedisTimeout(queueTiming.commandMs, leavePeers(redis, queuePrefix, name))),
    facts: () => facts,
    // A connection that is replaced by another is back within that time, and the caller can wait.
    due: () => attempt(inspectDueJobs).catch(() => wait(reconnectedWithinMs).then(() => attempt(inspectDueJobs))),
    depths: () =>
      attempt(async () => {
        const counts = queues.map(async (queue) => [queue.name, await queue.getJobCounts(...states)] as const);
        return Object.fromEntries(await withRedisTimeout(queueTiming.commandMs, Promise.all(counts))) as Record<
          string,
          QueueDepths
        >;
      }),
    async close() {
      await disconnect(redis);
      await Promise.all(queues.map((queue) => queue.close()));
    },
  };
}
