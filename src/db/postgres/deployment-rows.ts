/** Reads of deployments, for queries and within transactions. */
import type { SQL } from 'drizzle-orm';
import { activeDeploymentStatuses, endpointDeploymentStatuses, type Deployment } from '../../core/deployment/deployment.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import { endpointKeyOf } from '../deployment-values.ts';
import type { Db } from './database.ts';
import { and, asc, desc, eq, getTableColumns, inArray, sql } from './drizzle.ts';
import { lockEndpoint } from './lock-keys.ts';
import { deployments } from './schema.ts';

const { endpointKey: _, ...columns } = getTableColumns(deployments);
/** All that a Deployment has; the endpoint's key is the database's own. */
export const deploymentColumns = columns;

type OfEndpoint = Pick<Deployment, 'endpointName'>;

export const isOnEndpoint = ({ endpointName }: OfEndpoint): SQL => eq(deployments.endpointKey, endpointKeyOf(endpointName));
const isActive = inArray(deployments.status, [...activeDeploymentStatuses]);

async function firstDeployment(db: Db, where: SQL | undefined, ...order: SQL[]): Promise<Deployment | null> {
  const [deployment] = await db
    .select(deploymentColumns)
    .from(deployments)
    .where(where)
    .orderBy(...order)
    .limit(1);
  return deployment ?? null;
}

export const findDeployment = (db: Db, deploymentId: string): Promise<Deployment | null> =>
  firstDeployment(db, eq(deployments.deploymentId, deploymentId));

/**
 * The deployment, once the transaction has the lock of its endpoint: none of the endpoint's deployments changes its status meanwhile.
 * To be called first in a transaction.
 */
export async function deploymentUnderLock(tx: Db, deploymentId: string): Promise<Deployment | null> {
  const found = await findDeployment(tx, deploymentId);
  if (found === null) return null;
  await tx.execute(lockEndpoint(endpointKeyOf(found.endpointName)));
  return findDeployment(tx, deploymentId);
}

/** The deployment that is in progress on the endpoint; the unique index allows one. */
export const inProgressOn = (db: Db, endpoint: OfEndpoint): Promise<Deployment | null> =>
  firstDeployment(db, and(isOnEndpoint(endpoint), eq(deployments.status, 'in_progress')));

/** The deployment that went live last on the endpoint. */
export const liveOn = (db: Db, endpoint: OfEndpoint): Promise<Deployment | null> =>
  firstDeployment(
    db,
    and(isOnEndpoint(endpoint), eq(deployments.status, 'deployed')),
    sql`${deployments.liveOrder} desc nulls last`,
  );

/** Of what waits on the endpoint, the one to go next: the forced one that was requested first or else the newest training's. */
export const nextOn = (db: Db, endpoint: OfEndpoint): Promise<Deployment | null> =>
  firstDeployment(
    db,
    and(isOnEndpoint(endpoint), eq(deployments.status, 'queued')),
    desc(deployments.forced),
    asc(sql`case when ${deployments.forced} then ${deployments.seq} end`),
    ...newestTrainingFirst,
  );

const newestTrainingFirst = [desc(deployments.trainingCreatedAt), desc(deployments.runSeq)];

/** Of what waits or is in progress on the endpoint, the one of the newest training. */
export const newestActiveOn = (db: Db, endpoint: OfEndpoint): Promise<Deployment | null> =>
  firstDeployment(
    db,
    and(isOnEndpoint(endpoint), inArray(deployments.status, [...endpointDeploymentStatuses])),
    ...newestTrainingFirst,
  );

export const activeDeploymentOf = (db: Db, run: Pick<TrainingRun, 'seq'>): Promise<Deployment | null> =>
  firstDeployment(db, and(eq(deployments.runSeq, run.seq), isActive));

export const newestDeploymentOf = (db: Db, run: Pick<TrainingRun, 'seq'>): Promise<Deployment | null> =>
  firstDeployment(db, eq(deployments.runSeq, run.seq), desc(deployments.seq));
