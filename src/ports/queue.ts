import type { Deployment } from '../core/deployment/deployment.ts';
import type { RedisFacts } from '../core/redis-server.ts';
import type { TrainingRun } from '../core/training/training-run.ts';

export type WatchedRun = Pick<TrainingRun, 'trainingJobName' | 'endpointName'>;
export type WatchedDeployment = Pick<Deployment, 'deploymentId' | 'trainingJobName' | 'endpointName'>;

/** The queue is a hint (ARCHITECTURE.md#principles): every method may fail, and nothing is lost when it does. */
export interface Queue {
  /**
   * Makes sure that a `check-training` job observes the run within `delayMs`: a delayed one that lies further ahead is brought forward.
   * `describedAt`: of a run that needs no description yet, since SageMaker has just started its training.
   */
  scheduleTrainingCheck(run: WatchedRun, delayMs: number, describedAt?: number): Promise<void>;
  /**
   * Makes the checks of these runs due, in bulk, each after what `delayMs` returns, and has them describe their trainings. Adds missing
   * ones. An active check is left alone: the change feed repeats its nudges. Returns those of which no job can be made.
   */
  nudgeTrainingChecks(runs: readonly WatchedRun[], delayMs: () => number): Promise<{ trainingJobName: string; reason: string }[]>;
  /** Makes sure that a `deploy` job runs the deployment within `delayMs`: a delayed one that lies further ahead is brought forward. */
  deploy(deployment: WatchedDeployment, delayMs: number): Promise<void>;
  /**
   * Adds one observation of a training after this moment, beside its own job, because an event reported `status`. It is due now, or a
   * second after the last one, so that any number of events cause one observation a second. The report of an end never waits for others.
   */
  requestTrainingCheck(run: WatchedRun, status: string): Promise<void>;
  /** The same for a deployment in progress, because an event reported its endpoint. */
  requestDeploymentCheck(deployment: WatchedDeployment, status: string): Promise<void>;
  /**
   * For the reconciler: adds, in bulk, the jobs that these should have and don't (never made, flushed, or finished too early).
   * `delayMs` is called for each job that is added. Returns the runs and deployments for which a job was added, and those of which no
   * job can be made.
   */
  restore(
    wanted: { runs: readonly WatchedRun[]; deployments: readonly WatchedDeployment[] },
    delayMs: (kind: 'check' | 'deploy') => number,
  ): Promise<{
    runs: WatchedRun[];
    deployments: WatchedDeployment[];
    refused: { kind: 'run' | 'deployment'; name: string; reason: string }[];
  }>;
  /**
   * For the reconciler: gives each delayed job that lies further ahead than `longestMs` the delay that `delayMs` returns for their
   * number. A clock that was ahead left such jobs behind. Returns how many there were.
   */
  pullForward(longestMs: number, delayMs: (count: number) => number): Promise<number>;
}

/** The jobs of one queue that are due and not taken. */
export interface DueJobs {
  count: number;
  /** The one that has been due for longest. */
  oldest: { trainingJobName: string; since: number } | null;
}

/** A process that uses the queue, and its database. */
export interface QueuePeer {
  name: string;
  service: string;
  databaseId: string;
}

/** How processes detect through Redis that they do not share the database. Both methods may fail. */
export interface QueuePeers {
  /**
   * Returns the processes that run and use another database. Records this process for a few seconds: with `stay` in any case, with
   * `join` only where there is no such process, with `observe` never.
   */
  meet(self: QueuePeer, stance: 'observe' | 'join' | 'stay'): Promise<QueuePeer[]>;
  leave(name: string): Promise<void>;
}

/** The state of the queue, for people and monitoring. Every method may fail. */
export interface QueueView {
  /** Resolves when Redis takes writes now, or took one within the last second. */
  probe(): Promise<void>;
  /** By queue. */
  due(): Promise<Record<string, DueJobs>>;
  /** As of the last connect; null before it. */
  facts(): RedisFacts | null;
}
