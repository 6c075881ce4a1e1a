import { isExpired } from '../../core/deployment/decide-approval.ts';
import type { Deployment } from '../../core/deployment/deployment.ts';
import type { Decision } from '../../core/deployment/decide-approval.ts';
import { ServiceError } from '../../core/errors.ts';
import type { ServiceContext } from '../context.ts';
import { noSuchDeployment } from '../deployment/get-deployment.ts';
import { deploymentFields } from '../deployment/log-fields.ts';
import { enqueueDeploy } from '../enqueue.ts';
import { onceChanged } from '../once-changed.ts';
import { writeTagsNow } from './write-tags-now.ts';

/**
 * Approves or rejects a deployment that awaits an approval, and queues what goes next. The same decision again returns the deployment as it
 * is.
 *
 * @throws {ServiceError} `not_found`, `already_decided`, `not_awaiting_approval`, `self_approval`, `expired`.
 */
export async function decideDeployment(
  ctx: ServiceContext,
  { deploymentId, decision }: { deploymentId: string; decision: Decision },
): Promise<Deployment> {
  const { store, now, log } = ctx;
  const result = await store.delivery.decide({ deploymentId, decision, now: now() });
  if (result === null) throw noSuchDeployment();
  const { deployment } = result;
  switch (result.kind) {
    case 'same':
      return deployment;
    case 'already_decided':
      throw new ServiceError('already_decided', `It is ${deployment.approval?.status} already${byWhom(deployment)}`);
    case 'not_awaiting':
      throw new ServiceError('not_awaiting_approval', `The deployment is ${deployment.status}, and awaits no approval`);
    case 'self_approval':
      throw new ServiceError(
        'self_approval',
        `${decision.by} has requested this deployment, and its policy lets only another person approve it`,
      );
    case 'expired':
      // Its worker records that, if it has not.
      if (deployment.status === 'awaiting_approval') await enqueueDeploy(ctx, { deployment, delayMs: 0 });
      throw new ServiceError('expired', whyExpired(deployment, now()));
    case 'decided': {
      const fields = { ...deploymentFields(deployment), by: decision.by, reason: decision.reason };
      if (decision.approves) log.info({ event: 'deployment.approved', ...fields }, 'deployment approved');
      else log.info({ event: 'deployment.rejected', ...fields, status: deployment.status }, 'deployment rejected');
      await enqueueNext(ctx, [deployment, result.next]);
      if (!decision.approves) await writeTags(ctx, deployment);
      return deployment;
    }
  }
}

const byWhom = ({ approval }: Deployment): string => (approval?.by == null ? '' : ` by ${approval.by}`);

const whyExpired = ({ approval, status }: Deployment, now: number): string =>
  approval !== null && !isExpired(approval, now)
    ? `What was to be decided has changed: the deployment is ${status}`
    : `The time to decide is over: the deployment is ${status === 'awaiting_approval' ? 'rejected' : status}`;

/** Queues the jobs of those that have something to do now. */
export async function enqueueNext(ctx: ServiceContext, deployments: readonly (Deployment | null)[]): Promise<void> {
  const waiting = deployments.filter((one) => one !== null && one.finishedAt === null) as Deployment[];
  const byId = new Map(waiting.map((one) => [one.deploymentId, one]));
  for (const deployment of byId.values()) await enqueueDeploy(ctx, { deployment, delayMs: 0 });
}

export const writeTags = (ctx: ServiceContext, { trainingJobName }: Deployment): Promise<void> =>
  onceChanged('The decision is recorded; a worker tags the training job', () =>
    writeTagsNow(ctx, { trainingJobNames: [trainingJobName] }),
  );
