import { type Deployment, isMend, type Endpoint } from '../../core/deployment/deployment.ts';
import { SagemakerError } from '../../core/errors.ts';
import { tagKeys } from '../../core/sagemaker/tags.ts';
import { nullUnlessTransient } from '../or-null-if-permanent.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { Hand } from './deployment-claim.ts';

type Tagging = Pick<Hand, 'services' | 'deployment' | 'options'>;

/**
 * Says on the endpoint that a person puts this training there, before it is put there: a database that is rebuilt from SageMaker must
 * not take that back. Where tags may not be written, the deployment goes on without. @throws {SagemakerError} what may pass.
 */
export async function tagForced(hand: Hand, endpoint: Endpoint): Promise<void> {
  const tags = forcedTag(hand.deployment);
  if (Object.keys(tags).length === 0) return;
  await addTags(hand, endpoint.arn, tags).catch((error: unknown) => {
    nullUnlessTransient(error);
    tellUntagged(hand, error);
  });
}

/** The tag of an endpoint that a person puts on a training by force; what the service puts back by itself is not a person's word. */
export const forcedTag = (deployment: Deployment): Record<string, string> =>
  deployment.forced && !isMend(deployment) ? { [tagKeys.forced]: deployment.trainingJobName } : {};

/** Says on the endpoint which training is live, where its tags say otherwise. Never fails. */
export async function tagLive(hand: Tagging, endpoint: Endpoint): Promise<void> {
  const { trainingJobName, askedAction } = hand.deployment;
  const wanted = { [tagKeys.trainingJobName]: trainingJobName, ...forcedTag(hand.deployment) };
  try {
    // Created with its tags, or live before: most likely nothing is to be done.
    const there = askedAction === 'update' ? {} : await hand.services.sagemaker.listTags(endpoint.arn, withinLimit(hand));
    if (Object.entries(wanted).some(([key, value]) => there[key] !== value)) await addTags(hand, endpoint.arn, wanted);
  } catch (error) {
    tellUntagged(hand, error);
  }
}

/** Says on the training job that its model was tried and rolled back. Never fails. */
export async function tagTurnedDown(hand: Hand): Promise<void> {
  const { trainingJobArn } = hand.run;
  if (trainingJobArn === null) return;
  await addTags(hand, trainingJobArn, { [tagKeys.turnedDown]: 'rolled_back' }).catch((error: unknown) =>
    tellUntagged(hand, error),
  );
}

const tagWithinMs = 3000;

const withinLimit = ({ options }: Tagging): CallOptions => ({ ...options, maxWaitMs: tagWithinMs });

const addTags = (hand: Tagging, arn: string, tags: Record<string, string>): Promise<void> =>
  hand.services.sagemaker.addTags(arn, tags, withinLimit(hand));

function tellUntagged({ services, deployment }: Tagging, error: unknown): void {
  if (!(error instanceof SagemakerError)) throw error;
  services.log.warn(
    { err: error, training_job_name: deployment.trainingJobName, deployment_id: deployment.deploymentId },
    'tags could not be written; they would tell a rebuilt database what is live, and why',
  );
}
