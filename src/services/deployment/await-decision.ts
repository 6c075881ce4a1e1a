import type { Deployment } from '../../core/deployment/deployment.ts';
import { pollDelayMs } from '../../core/retry-delay.ts';
import type { ServiceContext } from '../context.ts';
import { writeTagsNow } from '../delivery/write-tags-now.ts';
import { enqueueDeploy } from '../enqueue.ts';
import { complete, snooze, type JobResult } from '../job-result.ts';
import { deploymentFields } from './log-fields.ts';

/**
 * The pass of a deployment that awaits an approval: it ends once that has expired, whichever worker sees it first. No timer is needed, which
 * could be lost.
 */
export async function awaitDecision(ctx: ServiceContext, { deployment }: { deployment: Deployment }): Promise<JobResult> {
  const { store, settings, now, random } = ctx;
  const { deploymentId, approval } = deployment;
  const expired = await store.delivery.expire({ deploymentId, now: now() });
  if (expired === null) {
    const leftMs = Math.max(0, (approval?.expiresAt ?? 0) - now());
    return snooze(Math.min(leftMs, pollDelayMs(settings.endpointPollMs, random)));
  }
  ctx.log
    .child(deploymentFields(deployment))
    .info({ event: 'deployment.approval_expired' }, 'approval expired; deployment rejected');
  if (expired.next !== null) await enqueueDeploy(ctx, { deployment: expired.next, delayMs: 0 });
  await writeTagsNow(ctx, { trainingJobNames: [deployment.trainingJobName] });
  return complete;
}
