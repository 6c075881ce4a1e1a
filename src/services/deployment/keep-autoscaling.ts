import { isTransient } from '../../core/decide-retry.ts';
import { type Autoscaling, scales } from '../../core/deployment/autoscaling.ts';
import type { Endpoint } from '../../core/deployment/deployment.ts';
import { countsOf, keptEndpoint } from '../../core/deployment/kept-endpoint.ts';
import { variantNamesOf } from '../../core/deployment/endpoint-config-request.ts';
import { SageMakerError, unsentCode } from '../../core/errors.ts';
import { changeTiming } from '../../core/timing.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';
import type { DeploymentClaim } from './deployment-claim.ts';

/**
 * Records what an endpoint has that is about to be deleted, since it is lost with it: its tags, its instance counts, and how it scales
 * (docs/reference/sagemaker-behavior.md#autoscaling-belongs-to-a-variant). What was recorded before stays where there is nothing now: a crash
 * may have come between the deletion and the creation. Without the permission to read it, or where Application Auto Scaling cannot be
 * reached, the deployment continues, and its history says so.
 *
 * @throws {SageMakerError} for a transient error.
 */
export async function recordEndpoint(claim: DeploymentClaim, endpoint: Endpoint): Promise<void> {
  const { ctx } = claim;
  const { name: endpointName } = endpoint;
  const variantNames = endpoint.variantNames.length > 0 ? endpoint.variantNames : variantNamesOf(await claim.observeConfig());
  const autoscaling = await readAutoscaling(claim, { endpointName, variantNames });
  const tags = await ctx.sagemaker.listTags(endpoint.arn, within(claim)).catch(orNullIfPermanent);
  const before = await ctx.store.autoscaling.find(endpointName);
  const content = keptEndpoint(before, { autoscaling, tags, instanceCounts: countsOf(endpoint) });
  await ctx.store.autoscaling.record({ endpointName, content, now: ctx.now() });
  if (autoscaling === null)
    await claim.record(
      {},
      'how the endpoint scales cannot be read; if it does, register its scalable target again after this deployment',
    );
  if (tags === null) await claim.record({}, 'the tags of the endpoint cannot be read, and are lost with it');
}

/**
 * Puts back how the endpoint scaled before it was deleted; it was created with its tags and counts. After a crash in between it is done
 * again, which changes nothing. What cannot be put back is in the history, and the endpoint is live all the same.
 *
 * @throws {SageMakerError} for a transient error, within the time limit of the deployment.
 */
export async function restoreAutoscaling(claim: DeploymentClaim): Promise<void> {
  const { ctx, deployment, log } = claim;
  const { endpointName } = deployment;
  const kept = await ctx.store.autoscaling.find(endpointName);
  if (kept === null) return;
  if (!scales(kept)) return ctx.store.autoscaling.forget(endpointName);
  const { targets, policies, scheduledActions } = kept;
  const content = { targets, policies, scheduledActions };
  const names = targets.map(({ ResourceId }) => String(ResourceId)).join(', ');
  try {
    await ctx.sagemaker.restoreAutoscaling(content, within(claim));
  } catch (error) {
    // It was read before: there is a way to it from this network.
    if (!(error instanceof SageMakerError) || (claim.deadline === 'in_time' && isTransient(error.kind))) throw error;
    log.error({ event: 'deployment.autoscaling_lost', err: error }, 'autoscaling of the endpoint cannot be put back');
    await claim.record({}, `the autoscaling of ${names} cannot be put back: ${error.operation}: ${error.message}`);
    // The rest is there again, and may change from now on.
    await ctx.store.autoscaling.record({ endpointName, content, now: ctx.now() });
    return;
  }
  log.info({ event: 'deployment.autoscaling_restored' }, 'autoscaling of the endpoint put back');
  await claim.record({}, `the autoscaling of ${names} is put back`);
  await ctx.store.autoscaling.forget(endpointName);
}

/** Why the endpoint cannot get another instance type; null where it can, and where that cannot be read. */
export async function whyInstanceTypeStays(
  claim: DeploymentClaim,
  { from, to, variantName }: { from: string; to: string; variantName: string },
): Promise<string | null> {
  const { endpointName } = claim.deployment;
  const content = await readAutoscaling(claim, { endpointName, variantNames: [variantName] });
  if (content === null || !scales(content)) return null;
  return (
    `the endpoint ${endpointName} scales by Application Auto Scaling, and SageMaker does not change its instance type (${from} to ${to}) ` +
    `meanwhile; set create_endpoint_config.ProductionVariants[0].InstanceType to ${from} (or ENDPOINT_INSTANCE_TYPE), or deregister the ` +
    `scalable target of the variant ${variantName} and POST /deploy/${claim.deployment.trainingJobName}`
  );
}

export async function readAutoscaling(
  claim: DeploymentClaim,
  endpoint: { endpointName: string; variantNames: readonly string[] },
): Promise<Autoscaling | null> {
  try {
    return await claim.ctx.sagemaker.describeAutoscaling(endpoint, within(claim));
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    if (passesByItself(error)) throw error;
    claim.log.warn({ event: 'deployment.autoscaling_unread', err: error }, 'autoscaling of the endpoint cannot be read');
    return null;
  }
}

const unsent: readonly string[] = Object.values(unsentCode);

/**
 * Without any response to what was sent there is most likely no way to it from this network, which is no reason to wait; nor are other
 * credentials.
 */
const passesByItself = ({ requestId, kind, code }: SageMakerError): boolean =>
  (requestId !== null || unsent.includes(code)) && kind !== 'unauthenticated' && isTransient(kind);

const within = ({ options }: DeploymentClaim) => ({ ...options, maxWaitMs: changeTiming.tagMs });
