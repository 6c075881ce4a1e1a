import { type Deployment, isRestore, type Endpoint } from '../../core/deployment/deployment.ts';
import { SageMakerError } from '../../core/errors.ts';
import { tagKeys } from '../../core/sagemaker/tags.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { DeploymentClaim } from './deployment-claim.ts';

type Tagging = Pick<DeploymentClaim, 'ctx' | 'deployment' | 'options'>;

/**
 * Says on the endpoint that a person puts this training there, before it is put there: a database that is rebuilt from SageMaker must
 * not take that back. Where tags may not be written, the deployment goes on without. @throws {SageMakerError} what may pass.
 */
export async function tagForced(claim: DeploymentClaim, endpoint: Endpoint): Promise<void> {
  const tags = forcedTag(claim.deployment);
  if (Object.keys(tags).length === 0) return;
  await addTags(claim, endpoint.arn, tags).catch((error: unknown) => {
    orNullIfPermanent(error);
    warnUntagged(claim, error);
  });
}

/** The tag of an endpoint that a person puts on a training by force; what the service puts back by itself is not a person's word. */
export const forcedTag = (deployment: Deployment): Record<string, string> =>
  deployment.forced && !isRestore(deployment) ? { [tagKeys.forced]: deployment.trainingJobName } : {};

/** Says on the endpoint which training is live, where its tags say otherwise. Never fails. */
export async function tagLive(claim: Tagging, endpoint: Endpoint): Promise<void> {
  const { trainingJobName, requestedAction } = claim.deployment;
  const wanted = { [tagKeys.trainingJobName]: trainingJobName, ...forcedTag(claim.deployment) };
  try {
    // Created with its tags, or live before: most likely nothing is to be done.
    const there = requestedAction === 'update' ? {} : await claim.ctx.sagemaker.listTags(endpoint.arn, withinLimit(claim));
    if (Object.entries(wanted).some(([key, value]) => there[key] !== value)) await addTags(claim, endpoint.arn, wanted);
  } catch (error) {
    warnUntagged(claim, error);
  }
}

/** Says on the training job that its model was tried and rolled back. Never fails. */
export async function tagTurnedDown(claim: DeploymentClaim): Promise<void> {
  const { trainingJobArn } = claim.run;
  if (trainingJobArn === null) return;
  await addTags(claim, trainingJobArn, { [tagKeys.turnedDown]: 'rolled_back' }).catch((error: unknown) =>
    warnUntagged(claim, error),
  );
}

const tagWithinMs = 3000;

const withinLimit = ({ options }: Tagging): CallOptions => ({ ...options, maxWaitMs: tagWithinMs });

const addTags = (claim: Tagging, arn: string, tags: Record<string, string>): Promise<void> =>
  claim.ctx.sagemaker.addTags(arn, tags, withinLimit(claim));

function warnUntagged({ ctx, deployment }: Tagging, error: unknown): void {
  if (!(error instanceof SageMakerError)) throw error;
  ctx.log.warn(
    { err: error, training_job_name: deployment.trainingJobName, deployment_id: deployment.deploymentId },
    'tags could not be written; they would tell a rebuilt database what is live, and why',
  );
}
