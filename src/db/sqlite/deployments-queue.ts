/** What joins the queue of an endpoint, and what leaves it without its turn. */
import type { SQL } from 'drizzle-orm';
import type { Deployment } from '../../core/deployment/deployment.ts';
import { isNewer, supersededReason } from '../../core/deployment/order.ts';
import type { Actor } from '../../core/history.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { DeploymentStore, NewDeployment } from '../../ports/store.ts';
import { forced, nextAttempt, notWaiting, queuedEntry } from '../deployment-values.ts';
import { prepared } from './database.ts';
import { deploymentColumns, findDeployment, keyOf, ofEndpoint, ofRun } from './deployments-queries.ts';
import { and, eq, inArray, max, sql } from './drizzle.ts';
import { appendDeploymentHistory } from './history.ts';
import type { Db } from './open.ts';
import { deployments } from './schema.ts';

const param = (name: string) => sql.placeholder(name);

const waitingStatuses = ['queued', 'awaiting_approval'] as const;
type WaitingStatus = (typeof waitingStatuses)[number];

/** Than the deployment that went live. */
const isOlder = and(
  ofEndpoint,
  eq(deployments.forced, false),
  sql`(${deployments.trainingCreatedAt}, ${deployments.runSeq}) < (${param('trainingCreatedAt')}, ${param('runSeq')})`,
);

/** For the statement that makes a deployment `deployed`: it goes live after all that have gone live on its endpoint so far. */
export const nextLiveOrder = sql`(select coalesce(max(live_order), 0) + 1 from deployments former
  where former.endpoint_key = deployments.endpoint_key)`;

const supersedeWhere = (db: Db, status: WaitingStatus, which: SQL | undefined) =>
  db
    .update(deployments)
    .set({
      status: 'superseded',
      supersededBy: sql`${param('by')}`,
      failureReason: sql`${param('failureReason')}`,
      ...notWaiting,
      finishedAt: sql`${param('now')}`,
    })
    .where(and(eq(deployments.status, status), which))
    .returning(deploymentColumns)
    .prepare();

const statements = prepared((db) => ({
  attempts: db
    .select({ attempts: max(deployments.attempts) })
    .from(deployments)
    .where(ofRun)
    .prepare(),
  queue: db
    .insert(deployments)
    .values({
      deploymentId: param('deploymentId'),
      trigger: param('trigger'),
      forced: param('forced'),
      modelName: param('modelName'),
      shapes: sql`${param('shapes')}`,
      runSeq: param('runSeq'),
      trainingJobName: param('trainingJobName'),
      endpointName: param('endpointName'),
      endpointKey: param('endpointKey'),
      status: 'queued',
      step: 'model',
      attempts: param('attempts'),
      trainingCreatedAt: param('trainingCreatedAt'),
      trainingEndedAt: param('trainingEndedAt'),
      detectedAt: param('detectedAt'),
      detectedBy: param('detectedBy'),
      createdAt: param('createdAt'),
      requestedBy: param('requestedBy'),
      reason: param('reason'),
      restores: param('restores'),
      overrides: param('overrides'),
    })
    .returning(deploymentColumns)
    .prepare(),
  withdraw: db
    .update(deployments)
    .set({
      status: 'failed',
      failureReason: sql`${param('failureReason')}`,
      failureKind: 'other',
      policy: sql`coalesce(${deployments.policy}, ${param('policy')})`,
      finishedAt: sql`${param('now')}`,
      ...notWaiting,
    })
    .where(and(inArray(deployments.status, [...waitingStatuses]), eq(deployments.deploymentId, param('deploymentId'))))
    .returning(deploymentColumns)
    .prepare(),
  supersede: supersedeWhere(db, 'queued', eq(deployments.seq, param('seq'))),
  supersedeOlder: waitingStatuses.map((status) => ({ status, statement: supersedeWhere(db, status, isOlder) })),
}));

/** Queues the run's next attempt. Belongs into a transaction. */
export function queueDeployment(db: Db, run: TrainingRun, wanted: NewDeployment, actor: Actor, now: number): Deployment {
  const former = statements(db).attempts.get({ runSeq: run.seq });
  const attempt = nextAttempt(run, wanted, former?.attempts ?? 0, now);
  const deployment = statements(db).queue.get({ ...attempt, shapes: JSON.stringify(attempt.shapes) });
  appendDeploymentHistory(db, deployment, queuedEntry({ ...attempt, requestedBy: wanted.requestedBy ?? null }, actor), now);
  return deployment;
}

/** Forces the deployment of a run that waits. Belongs into a transaction. */
export function forceWaiting(db: Db, own: Deployment, wanted: NewDeployment, now: number): Deployment {
  const { fields, change } = forced(own, wanted);
  const deployment = db.update(deployments).set(fields).where(eq(deployments.seq, own.seq)).returning(deploymentColumns).get();
  appendDeploymentHistory(db, deployment, change, now);
  return deployment;
}

/** Ends a deployment that waits because its training is not wanted any more; undefined when it does not wait. Belongs into a transaction. */
export function withdraw(db: Db, params: Parameters<DeploymentStore['withdraw']>[0]): Deployment | undefined {
  const { deploymentId, failureReason, by, policy = null, now } = params;
  const from = findDeployment(db, deploymentId)?.status ?? 'queued';
  const ended: Deployment | undefined = statements(db).withdraw.get({
    deploymentId,
    failureReason,
    policy: policy && JSON.stringify(policy),
    now,
  });
  if (ended) appendDeploymentHistory(db, ended, { from, to: 'failed', actor: 'api', by, detail: failureReason }, now);
  return ended;
}

/** Ends a queued deployment in favor of another training's; undefined when it is not queued any more. Belongs into a transaction. */
export function supersede(db: Db, own: Deployment, by: Deployment, now: number): Deployment | undefined {
  const superseded: Deployment | undefined = statements(db).supersede.get({
    seq: own.seq,
    by: by.trainingJobName,
    failureReason: supersededReason(by, isNewer(by, own)),
    now,
  });
  if (superseded) appendSuperseded(db, superseded, 'queued', now);
  return superseded;
}

/** Ends and returns those that wait on the deployment's endpoint for an older training, and were not forced. Belongs into a transaction. */
export function supersedeOlder(db: Db, live: Deployment, now: number): Deployment[] {
  const { trainingCreatedAt, runSeq, trainingJobName: by } = live;
  const failureReason = supersededReason(live, true);
  return statements(db).supersedeOlder.flatMap(({ status, statement }): Deployment[] => {
    const superseded = statement.all({ ...keyOf(live), trainingCreatedAt, runSeq, by, failureReason, now });
    for (const one of superseded) appendSuperseded(db, one, status, now);
    return superseded;
  });
}

function appendSuperseded(db: Db, superseded: Deployment, from: WaitingStatus, now: number): void {
  const detail = superseded.failureReason;
  appendDeploymentHistory(db, superseded, { from, to: 'superseded', actor: 'worker', detail }, now);
}
