/** What joins the queue of an endpoint, and what leaves it without its turn. All of it belongs under the endpoint's lock. */
import type { SQL } from 'drizzle-orm';
import type { Deployment } from '../../core/deployment/deployment.ts';
import { isNewer, supersededReason } from '../../core/deployment/order.ts';
import type { Actor } from '../../core/history.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { DeploymentStore, NewDeployment } from '../../ports/store.ts';
import { forced, nextAttempt, notWaiting, queuedEntry } from '../deployment-values.ts';
import type { Db } from './database.ts';
import { deploymentColumns, findDeployment, isOnEndpoint } from './deployment-rows.ts';
import { and, eq, inArray, max, sql } from './drizzle.ts';
import { appendDeploymentHistory } from './history.ts';
import { deployments } from './schema.ts';

const waitingStatuses = ['queued', 'awaiting_approval'] as const;

/** For the statement that makes a deployment `deployed`: it goes live after all that have gone live on its endpoint so far. */
export const nextLiveOrder = sql`(select coalesce(max(live_order), 0) + 1 from deployments former
  where former.endpoint_key = deployments.endpoint_key)`;

/** Queues the run's next attempt. */
export async function queueDeployment(
  tx: Db,
  run: TrainingRun,
  wanted: NewDeployment,
  actor: Actor,
  now: number,
): Promise<Deployment> {
  const [former] = await tx
    .select({ attempts: max(deployments.attempts) })
    .from(deployments)
    .where(eq(deployments.runSeq, run.seq));
  const attempt = nextAttempt(run, wanted, former?.attempts ?? 0, now);
  const [deployment] = await tx.insert(deployments).values(attempt).returning(deploymentColumns);
  if (!deployment) throw new Error('The deployment was not written.');
  await appendDeploymentHistory(tx, deployment, queuedEntry({ ...attempt, requestedBy: wanted.requestedBy ?? null }, actor), now);
  return deployment;
}

/** Forces the deployment of a run that waits. */
export async function forceWaiting(tx: Db, own: Deployment, wanted: NewDeployment, now: number): Promise<Deployment> {
  const { fields, change } = forced(own, wanted);
  const [deployment] = await tx.update(deployments).set(fields).where(eq(deployments.seq, own.seq)).returning(deploymentColumns);
  if (!deployment) throw new Error(`Deployment ${own.deploymentId} was not written.`);
  await appendDeploymentHistory(tx, deployment, change, now);
  return deployment;
}

/** Ends a deployment that waits because its training is not wanted any more; undefined when it does not wait. */
export async function withdraw(tx: Db, params: Parameters<DeploymentStore['withdraw']>[0]): Promise<Deployment | undefined> {
  const { deploymentId, failureReason, by, policy = null, now } = params;
  const before = await findDeployment(tx, deploymentId);
  const [ended] = await tx
    .update(deployments)
    .set({
      status: 'failed',
      failureReason,
      failureKind: 'other',
      policy: before?.policy ?? policy,
      finishedAt: now,
      ...notWaiting,
    })
    .where(and(inArray(deployments.status, [...waitingStatuses]), eq(deployments.deploymentId, deploymentId)))
    .returning(deploymentColumns);
  const from = before?.status ?? 'queued';
  if (ended) await appendDeploymentHistory(tx, ended, { from, to: 'failed', actor: 'api', by, detail: failureReason }, now);
  return ended;
}

/** Ends a queued deployment in favor of another training's; undefined when it is not queued any more. */
export async function supersede(tx: Db, own: Deployment, by: Deployment, now: number): Promise<Deployment | undefined> {
  const failureReason = supersededReason(by, isNewer(by, own));
  const [superseded] = await supersedeWhere(tx, 'queued', { which: eq(deployments.seq, own.seq), by, failureReason, now });
  return superseded;
}

/** Ends and returns those that wait on the deployment's endpoint for an older training, and were not forced. */
export async function supersedeOlder(tx: Db, live: Deployment, now: number): Promise<Deployment[]> {
  const isOlder = sql`(${deployments.trainingCreatedAt}, ${deployments.runSeq}) < (${live.trainingCreatedAt}::bigint, ${live.runSeq}::bigint)`;
  const which = and(isOnEndpoint(live), eq(deployments.forced, false), isOlder);
  const superseded: Deployment[] = [];
  for (const status of waitingStatuses) {
    const failureReason = supersededReason(live, true);
    superseded.push(...(await supersedeWhere(tx, status, { which, by: live, failureReason, now })));
  }
  return superseded;
}

async function supersedeWhere(
  tx: Db,
  from: (typeof waitingStatuses)[number],
  { which, by, failureReason, now }: { which: SQL | undefined; by: Deployment; failureReason: string; now: number },
): Promise<Deployment[]> {
  const superseded = await tx
    .update(deployments)
    .set({ status: 'superseded', supersededBy: by.trainingJobName, failureReason, finishedAt: now, ...notWaiting })
    .where(and(eq(deployments.status, from), which))
    .returning(deploymentColumns);
  for (const one of superseded) {
    const detail = one.failureReason;
    await appendDeploymentHistory(tx, one, { from, to: 'superseded', actor: 'worker', detail }, now);
  }
  return superseded;
}
