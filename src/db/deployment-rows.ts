import type { SQL } from 'drizzle-orm';
import { and, asc, desc, eq, getTableColumns, inArray, max, sql } from './drizzle.ts';
import { activeDeploymentStatuses, type Deployment } from '../core/deployment.ts';
import type { Actor } from '../core/history.ts';
import type { TrainingRun } from '../core/training-run.ts';
import type { NewDeployment } from '../services/store.ts';
import { tellOfDeployment } from './history.ts';
import type { Db } from './open.ts';
import { deployments } from './schema.ts';
import type { Tx } from './write-tx.ts';

const { endpointKey: _, ...columns } = getTableColumns(deployments);
/** All that a Deployment has; the endpoint's key is the database's own. */
export const deploymentColumns = columns;

/** What an endpoint is known by here: SageMaker tells endpoints apart without regard to case. */
export const endpointKeyOf = (endpointName: string): string => endpointName.toLowerCase();

const deploymentsWhere = (tx: Tx | Db, ...conditions: SQL[]) =>
  tx
    .select(deploymentColumns)
    .from(deployments)
    .where(and(...conditions));

export const findDeployment = (tx: Tx | Db, deploymentId: string): Deployment | null =>
  deploymentsWhere(tx, eq(deployments.deploymentId, deploymentId)).get() ?? null;

type OfEndpoint = Pick<Deployment, 'endpointName'>;

const ofEndpoint = ({ endpointName }: OfEndpoint): SQL => eq(deployments.endpointKey, endpointKeyOf(endpointName));

/** The deployment that is under way on the endpoint; the unique index allows one. */
export const underWayOn = (tx: Tx | Db, endpoint: OfEndpoint): Deployment | null =>
  deploymentsWhere(tx, ofEndpoint(endpoint), eq(deployments.status, 'in_progress')).get() ?? null;

/** The deployment that went live last on the endpoint. */
export const liveOn = (tx: Tx | Db, endpoint: OfEndpoint): Deployment | null =>
  deploymentsWhere(tx, ofEndpoint(endpoint), eq(deployments.status, 'deployed'))
    .orderBy(desc(deployments.finishedAt), desc(deployments.seq))
    .limit(1)
    .get() ?? null;

/** Of what waits on the endpoint, the one to go next: the forced one that was asked for first or else the newest training's. */
export const nextOn = (tx: Tx, endpoint: OfEndpoint): Deployment | null =>
  deploymentsWhere(tx, ofEndpoint(endpoint), eq(deployments.status, 'queued'))
    .orderBy(
      desc(deployments.forced),
      asc(sql`case when ${deployments.forced} then ${deployments.seq} end`),
      desc(deployments.trainingCreatedAt),
      desc(deployments.runSeq),
    )
    .limit(1)
    .get() ?? null;

/** Of what waits or is under way on the endpoint, the one of the newest training. */
export const newestActiveOn = (tx: Tx, endpoint: OfEndpoint): Deployment | null =>
  deploymentsWhere(tx, ofEndpoint(endpoint), inArray(deployments.status, [...activeDeploymentStatuses]))
    .orderBy(desc(deployments.trainingCreatedAt), desc(deployments.runSeq))
    .limit(1)
    .get() ?? null;

export const activeDeploymentOf = (tx: Tx, run: Pick<TrainingRun, 'seq'>): Deployment | null =>
  deploymentsWhere(tx, eq(deployments.runSeq, run.seq), inArray(deployments.status, [...activeDeploymentStatuses])).get() ?? null;

export const newestDeploymentOf = (tx: Tx, run: Pick<TrainingRun, 'seq'>): Deployment | null =>
  deploymentsWhere(tx, eq(deployments.runSeq, run.seq)).orderBy(desc(deployments.seq)).limit(1).get() ?? null;

type TrainingOrder = Pick<Deployment, 'trainingCreatedAt' | 'runSeq'>;

/** Whether the first one's training is the newer one: asked for later or, in the same instant, recorded later. */
export const isNewer = (one: TrainingOrder, other: TrainingOrder): boolean =>
  one.trainingCreatedAt === other.trainingCreatedAt ? one.runSeq > other.runSeq : one.trainingCreatedAt > other.trainingCreatedAt;

/** Queues the run's next attempt. */
export function queueDeployment(tx: Tx, db: Db, run: TrainingRun, wanted: NewDeployment, actor: Actor, now: number): Deployment {
  const former = tx
    .select({ attempts: max(deployments.attempts) })
    .from(deployments)
    .where(eq(deployments.runSeq, run.seq))
    .get();
  const deployment = tx
    .insert(deployments)
    .values({
      ...wanted,
      runSeq: run.seq,
      trainingJobName: run.trainingJobName,
      endpointName: run.endpointName,
      endpointKey: endpointKeyOf(run.endpointName),
      status: 'queued',
      step: 'model',
      attempts: (former?.attempts ?? 0) + 1,
      trainingCreatedAt: run.createdAt,
      trainingEndedAt: run.trainingEndedAt,
      detectedAt: run.finishedAt,
      detectedBy: run.finishedBy,
      createdAt: now,
    })
    .returning(deploymentColumns)
    .get();
  tellOfDeployment(db, deployment, { from: null, to: 'queued', actor, detail: null }, now);
  return deployment;
}

/** Ends queued deployments in favour of a newer training's. */
export function supersede(tx: Tx, db: Db, which: SQL | undefined, by: Deployment, now: number): Deployment[] {
  const failureReason = `superseded by ${by.trainingJobName}, which is newer`;
  const superseded = tx
    .update(deployments)
    .set({ status: 'superseded', supersededBy: by.trainingJobName, failureReason, finishedAt: now })
    .where(and(eq(deployments.status, 'queued'), which))
    .returning(deploymentColumns)
    .all();
  for (const one of superseded) {
    tellOfDeployment(db, one, { from: 'queued', to: 'superseded', actor: 'worker', detail: failureReason }, now);
  }
  return superseded;
}

/** Those that wait on the deployment's endpoint for an older training, and were not forced. */
export const outdatedBy = (live: Deployment): SQL | undefined =>
  and(
    ofEndpoint(live),
    eq(deployments.forced, false),
    sql`(${deployments.trainingCreatedAt}, ${deployments.runSeq}) < (${live.trainingCreatedAt}, ${live.runSeq})`,
  );
