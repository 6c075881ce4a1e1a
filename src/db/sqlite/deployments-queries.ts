import type { SQL } from 'drizzle-orm';
import { and, asc, desc, eq, getTableColumns, inArray, sql } from './drizzle.ts';
import { activeDeploymentStatuses, endpointDeploymentStatuses, type Deployment } from '../../core/deployment/deployment.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import { endpointKeyOf } from '../deployment-values.ts';
import { prepared } from './database.ts';
import type { Db } from './open.ts';
import { deployments } from './schema.ts';

const { endpointKey: _, ...columns } = getTableColumns(deployments);
/** All that a Deployment has; the endpoint's key is the database's own. */
export const deploymentColumns = columns;

const param = (name: string) => sql.placeholder(name);

const deploymentsWhere = (db: Db, ...conditions: (SQL | undefined)[]) =>
  db
    .select(deploymentColumns)
    .from(deployments)
    .where(and(...conditions));

export const ofEndpoint = eq(deployments.endpointKey, param('endpointKey'));
export const ofRun = eq(deployments.runSeq, param('runSeq'));
const isActive = inArray(deployments.status, [...activeDeploymentStatuses]);

const statements = prepared((db) => ({
  find: deploymentsWhere(db, eq(deployments.deploymentId, param('deploymentId'))).prepare(),
  inProgress: deploymentsWhere(db, ofEndpoint, eq(deployments.status, 'in_progress')).prepare(),
  live: deploymentsWhere(db, ofEndpoint, eq(deployments.status, 'deployed'))
    .orderBy(desc(deployments.liveOrder))
    .limit(1)
    .prepare(),
  next: deploymentsWhere(db, ofEndpoint, eq(deployments.status, 'queued'))
    .orderBy(
      desc(deployments.forced),
      asc(sql`case when ${deployments.forced} then ${deployments.seq} end`),
      desc(deployments.trainingCreatedAt),
      desc(deployments.runSeq),
    )
    .limit(1)
    .prepare(),
  newestActive: deploymentsWhere(db, ofEndpoint, inArray(deployments.status, [...endpointDeploymentStatuses]))
    .orderBy(desc(deployments.trainingCreatedAt), desc(deployments.runSeq))
    .limit(1)
    .prepare(),
  activeOfRun: deploymentsWhere(db, ofRun, isActive).prepare(),
  newestOfRun: deploymentsWhere(db, ofRun).orderBy(desc(deployments.seq)).limit(1).prepare(),
}));

export const findDeployment = (db: Db, deploymentId: string): Deployment | null =>
  statements(db).find.get({ deploymentId }) ?? null;

type OfEndpoint = Pick<Deployment, 'endpointName'>;

export const keyOf = ({ endpointName }: OfEndpoint) => ({ endpointKey: endpointKeyOf(endpointName) });

/** The deployment that is in progress on the endpoint; the unique index allows one. */
export const inProgressOn = (db: Db, endpoint: OfEndpoint): Deployment | null =>
  statements(db).inProgress.get(keyOf(endpoint)) ?? null;

/** The deployment that went live last on the endpoint. */
export const liveOn = (db: Db, endpoint: OfEndpoint): Deployment | null => statements(db).live.get(keyOf(endpoint)) ?? null;

/** Of what waits on the endpoint, the one to go next: the forced one that was requested first or else the newest training's. */
export const nextOn = (db: Db, endpoint: OfEndpoint): Deployment | null => statements(db).next.get(keyOf(endpoint)) ?? null;

/** Of what waits or is in progress on the endpoint, the one of the newest training. */
export const newestActiveOn = (db: Db, endpoint: OfEndpoint): Deployment | null =>
  statements(db).newestActive.get(keyOf(endpoint)) ?? null;

export const activeDeploymentOf = (db: Db, run: Pick<TrainingRun, 'seq'>): Deployment | null =>
  statements(db).activeOfRun.get({ runSeq: run.seq }) ?? null;

export const newestDeploymentOf = (db: Db, run: Pick<TrainingRun, 'seq'>): Deployment | null =>
  statements(db).newestOfRun.get({ runSeq: run.seq }) ?? null;
