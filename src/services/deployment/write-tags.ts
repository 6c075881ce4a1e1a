import { type Deployment, isRestore, type Endpoint } from '../../core/deployment/deployment.ts';
import { SageMakerError } from '../../core/errors.ts';
import { tagKeys } from '../../core/sagemaker/tags.ts';
import { changeTiming } from '../../core/timing.ts';
import type { Logger } from '../../ports/logger.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';
import type { DeploymentClaim } from './deployment-claim.ts';

/** A claim, or what an unsettled deployment has of one. */
export interface Tagging {
  ctx: ServiceContext;
  deployment: Deployment;
  options: CallOptions;
  log: Logger;
}

/**
 * Tags the endpoint with the training that a caller forces on it, before the change: a database that is rebuilt from SageMaker must not
 * take that back. Without the permission to write tags the deployment continues. @throws {SageMakerError} for a transient error.
 */
export async function tagForced(claim: DeploymentClaim, endpoint: Endpoint): Promise<void> {
  const tags = forcedTag(claim.deployment);
  if (Object.keys(tags).length === 0) return;
  await addTags(claim, endpoint.arn, tags).catch((error: unknown) => {
    orNullIfPermanent(error);
    logUntagged(claim, error);
  });
}

/** The tag of an endpoint on which a caller forces a training. A restore, which the service makes by itself, has none. */
export const forcedTag = (deployment: Deployment): Record<string, string> =>
  deployment.forced && !isRestore(deployment) ? { [tagKeys.forced]: deployment.trainingJobName } : {};

/** Tags the endpoint with the training that is live, where its tags say otherwise. Never fails for an error of SageMaker. */
export async function tagLive(tagging: Tagging, endpoint: Endpoint): Promise<void> {
  const { ctx, deployment } = tagging;
  const wanted = { [tagKeys.trainingJobName]: deployment.trainingJobName, ...forcedTag(deployment) };
  try {
    // An endpoint that was created with its tags, or was live before, most likely has them.
    const isUpdated = deployment.endpointChange?.action === 'update';
    const current = isUpdated ? {} : await ctx.sagemaker.listTags(endpoint.arn, withinLimit(tagging));
    if (Object.entries(wanted).some(([key, value]) => current[key] !== value)) await addTags(tagging, endpoint.arn, wanted);
  } catch (error) {
    logUntagged(tagging, error);
  }
}

/**
 * Tags an endpoint that was updated with the tags of the request, as one that is created gets them. Apart from those of the service, which
 * must not fail with them: SageMaker allows 50. Never fails for an error of SageMaker.
 */
export async function tagAsRequested(claim: DeploymentClaim, endpoint: Endpoint, tags: Record<string, string>): Promise<void> {
  if (claim.deployment.endpointChange?.action !== 'update' || Object.keys(tags).length === 0) return;
  await addTags(claim, endpoint.arn, tags).catch((error: unknown) => logUntagged(claim, error));
}

/**
 * Tags the training job whose model was rolled back: no record but the deployment's, which may be lost, says so otherwise. Without the
 * permission to write tags the deployment ends all the same. @throws {SageMakerError} for a transient error, within the time limit.
 */
export async function tagTurnedDown(claim: DeploymentClaim): Promise<void> {
  const { trainingJobArn } = claim.run;
  if (trainingJobArn === null) return;
  await addTags(claim, trainingJobArn, { [tagKeys.turnedDown]: 'rolled_back' }).catch((error: unknown) => {
    if (claim.deadline === 'in_time') orNullIfPermanent(error);
    logUntagged(claim, error);
  });
}

const withinLimit = ({ options }: Tagging): CallOptions => ({ ...options, maxWaitMs: changeTiming.tagMs });

const addTags = (tagging: Tagging, arn: string, tags: Record<string, string>): Promise<void> =>
  tagging.ctx.sagemaker.addTags(arn, tags, withinLimit(tagging));

function logUntagged({ log }: Tagging, error: unknown): void {
  if (!(error instanceof SageMakerError)) throw error;
  log.warn({ event: 'deployment.tag_failed', err: error }, 'tags cannot be written');
}
