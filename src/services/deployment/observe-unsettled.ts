import type { Deployment } from '../../core/deployment/deployment.ts';
import { decideUnsettled } from '../../core/deployment/decide-unsettled.ts';
import { imagesOf } from '../../core/deployment/pin-images.ts';
import { SageMakerError } from '../../core/errors.ts';
import { isAhead } from '../../core/instants.ts';
import { pollDelayMs, retryDelayMs } from '../../core/retry-delay.ts';
import { changeTiming } from '../../core/timing.ts';
import type { ServiceContext } from '../context.ts';
import { enqueueDeploy } from '../enqueue.ts';
import { complete, snooze, type JobResult } from '../job-result.ts';
import { describeEndpointOrNull } from './describe-endpoint.ts';
import { deploymentFields } from './log-fields.ts';
import { logSuperseded } from './log-superseded.ts';
import { tagLive } from './write-tags.ts';

/**
 * Observes the endpoint of an unsettled deployment, and records it as deployed where it goes live after all. It changes nothing at
 * SageMaker but the endpoint's tags, so it needs no claim.
 */
export async function observeUnsettled(
  ctx: ServiceContext,
  { deployment, signal }: { deployment: Deployment; signal: AbortSignal | undefined },
): Promise<JobResult> {
  const { store, settings, now, random } = ctx;
  const { deploymentId, endpointName } = deployment;
  const log = ctx.log.child(deploymentFields(deployment));
  const options = { signal, maxWaitMs: changeTiming.callMs };
  const sinceMs = await measureSinceEnd(ctx, deployment);
  const observed = await describeEndpointOrNull(ctx, { endpointName, options }).catch(returnRefusal);
  const isRefused = observed instanceof SageMakerError;
  const decision = decideUnsettled(deployment, isRefused ? 'not_observed' : observed, sinceMs);
  const pollMs = pollDelayMs(settings.endpointPollMs, random);
  switch (decision.kind) {
    case 'wait':
      return snooze(isRefused ? Math.max(pollMs, retryDelayMs(sinceMs, random)) : pollMs);
    case 'settled':
      if (isRefused) {
        const event = 'deployment.end_unknown';
        log.warn({ event, err: observed }, 'endpoint cannot be observed; whether the deployment went live is unknown');
      }
      await store.deployments.recordUnsettled({ deploymentId, since: null });
      return complete;
    case 'live': {
      // The deployment that is in progress decides about the endpoint and its tags.
      if ((await store.deployments.findInProgress(endpointName)) !== null) return snooze(pollMs);
      // Before the record, after which the endpoint is not observed any more.
      await tagLive({ ctx, deployment, options, log }, decision.endpoint);
      const { modifiedAt: inServiceAt, variants } = decision.endpoint;
      const images = deployment.images ?? imagesOf(variants);
      const revived = await store.deployments.revive({ deploymentId, inServiceAt, images, now: now() });
      if (revived === null) return snooze(pollMs);
      log.info({ event: 'deployment.succeeded_late' }, 'deployment succeeded after its time limit');
      logSuperseded(ctx, revived.superseded);
      if (revived.next !== null) await enqueueDeploy(ctx, { deployment: revived.next, delayMs: 0 });
      return complete;
    }
  }
}

/** Returns how long ago the deployment ended. An end in the future, by a clock that was put back since, counts from now on. */
async function measureSinceEnd({ store, now }: ServiceContext, { deploymentId, unsettledSince }: Deployment): Promise<number> {
  const at = now();
  if (isAhead(unsettledSince, at)) await store.deployments.recordUnsettled({ deploymentId, since: at });
  return Math.max(0, at - (unsettledSince ?? at));
}

function returnRefusal(error: unknown): SageMakerError {
  if (error instanceof SageMakerError) return error;
  throw error;
}
