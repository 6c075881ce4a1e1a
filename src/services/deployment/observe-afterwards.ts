import { pollDelayMs, retryDelayMs } from '../../core/retry-delay.ts';
import { decideAfterwards } from '../../core/deployment/decide-afterwards.ts';
import type { Deployment } from '../../core/deployment/deployment.ts';
import { SageMakerError } from '../../core/errors.ts';
import { isAhead } from '../../core/instants.ts';
import { enqueueDeploy } from '../enqueue.ts';
import { snooze, complete, type JobResult } from '../job-result.ts';
import type { ServiceContext } from '../context.ts';
import { tagLive } from './endpoint-tags.ts';
import { describeEndpointOrNull } from './steps/endpoint-config.ts';

/**
 * Looks at the endpoint of a deployment that was ended while SageMaker might still bring about what was asked for: what goes live all
 * the same is recorded as deployed. It changes nothing at SageMaker but what the endpoint's tags say, so it needs no fence.
 */
export async function observeAfterwards(
  ctx: ServiceContext,
  deployment: Deployment,
  { signal }: { signal?: AbortSignal },
): Promise<JobResult> {
  const { store, settings, now, random, log } = ctx;
  const { deploymentId, endpointName } = deployment;
  const options = { signal, maxWaitMs: 10_000 };
  const fields = { training_job_name: deployment.trainingJobName, deployment_id: deploymentId, endpoint_name: endpointName };
  const sinceMs = await sinceItsEnd(ctx, deployment);
  const seen = await describeEndpointOrNull({ ctx, deployment, options }).catch(unseenIfRefused);
  const endpoint = seen instanceof SageMakerError ? 'unseen' : seen;
  const decision = decideAfterwards(deployment, endpoint, sinceMs);
  const confirmInMs = pollDelayMs(settings.endpointPollMs, random);
  switch (decision.kind) {
    case 'wait':
      return snooze(endpoint === 'unseen' ? Math.max(confirmInMs, retryDelayMs(sinceMs, random)) : confirmInMs);
    case 'settled':
      if (endpoint === 'unseen') {
        log.warn(
          { ...fields, err: seen },
          'whether the deployment went live after its end is not known: the endpoint could not be seen',
        );
      }
      await store.deployments.recordUnsettled({ deploymentId, since: null });
      return complete;
    case 'live': {
      // What is under way now decides what becomes of the endpoint, and what its tags say.
      if ((await store.deployments.findInProgress(endpointName)) !== null) return snooze(confirmInMs);
      // Before it is recorded, after which nobody looks any more.
      await tagLive({ ctx, deployment, options }, decision.endpoint);
      const revived = await store.deployments.revive({ deploymentId, inServiceAt: decision.endpoint.modifiedAt, now: now() });
      if (revived === null) return snooze(confirmInMs);
      log.info(fields, 'the deployment went live after its end');
      if (revived.next !== null) await enqueueDeploy(ctx, revived.next, 0);
      return complete;
    }
  }
}

/** For how long it is over. An end that a clock wrote which has been put back since counts from now on. */
async function sinceItsEnd({ store, now }: ServiceContext, { deploymentId, unsettledSince }: Deployment): Promise<number> {
  const at = now();
  if (isAhead(unsettledSince, at)) await store.deployments.recordUnsettled({ deploymentId, since: at });
  return Math.max(0, at - (unsettledSince ?? at));
}

function unseenIfRefused(error: unknown): SageMakerError {
  if (error instanceof SageMakerError) return error;
  throw error;
}
