import type { Deployment } from '../core/deployment/deployment.ts';
import type { RedisFacts } from '../core/redis-server.ts';
import type { TrainingRun } from '../core/training/training-run.ts';

export type WatchedRun = Pick<TrainingRun, 'trainingJobName' | 'endpointName'>;
export type WatchedDeployment = Pick<Deployment, 'deploymentId' | 'trainingJobName' | 'endpointName'>;

/** The queue is a hint (ARCHITECTURE.md#principles): every method may fail, and nothing is lost when it does. */
export interface Queue {
  /** Makes sure that a `check-training` job watches the run; with `delayMs` 0 a waiting one is looked at now. */
  scheduleTrainingCheck(run: WatchedRun, delayMs: number): Promise<void>;
  /** Makes sure that a `deploy` job carries the deployment on; with `delayMs` 0 a waiting one goes on now. */
  deploy(deployment: WatchedDeployment, delayMs: number): Promise<void>;
  /**
   * A look at a training beside whatever watches it, after this moment: an event told of `status`. Now, or, when there was one a second
   * ago or less, a second after that, so that any number of events make one look a second; what tells of an end never waits for others.
   */
  requestTrainingCheck(run: WatchedRun, status: string): Promise<void>;
  /** The same for a deployment under way, whose endpoint an event told of. */
  requestDeploymentCheck(deployment: WatchedDeployment, status: string): Promise<void>;
  /**
   * For the reconciler: adds, in bulk, the jobs that these should have and don't (never made, flushed, or finished too early).
   * `delayMs` is asked for each job that is added. Answers whom it added one for, and of which no job can be made.
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
   * For the reconciler: gives each delayed job that lies further ahead than `longestMs` the delay that `delayMs` answers, which is
   * told how many they are. Such jobs are left behind by a clock that was put back. Answers how many there were.
   */
  pullForward(longestMs: number, delayMs: (count: number) => number): Promise<number>;
}

/** The jobs of one queue that are due and that nobody has taken. */
export interface DueJobs {
  count: number;
  /** The one that has been due for longest. */
  oldest: { trainingJobName: string; since: number } | null;
}

/** A process that uses the queue, and the database that it has. */
export interface QueuePeer {
  name: string;
  service: string;
  databaseId: string;
}

/** How processes notice through Redis that they do not share the database. Both may fail. */
export interface QueuePeers {
  /**
   * Answers who else lives and has another database. Notes this process for a few seconds: with `stay` in any case, with `join` only
   * where there is nobody, with `observe` not at all.
   */
  meet(self: QueuePeer, stance: 'look' | 'join' | 'stay'): Promise<QueuePeer[]>;
  leave(name: string): Promise<void>;
}

/** What can be seen of the queue, for people and for those who watch over it. Every method may fail. */
export interface QueueView {
  /** Resolves when Redis takes writes now, or took one a second ago. */
  probe(): Promise<void>;
  /** By queue. */
  due(): Promise<Record<string, DueJobs>>;
  /** As it was at the last connect; null while that is not known. */
  facts(): RedisFacts | null;
}
