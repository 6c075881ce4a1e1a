/** Which former deployment a rollback of an endpoint goes back to. */
import type { Deployment } from './deployment.ts';

/** One that was live on the endpoint. */
export interface FormerLive {
  deployment: Deployment;
  /** Whether its training was turned down since. */
  isTurnedDown: boolean;
  /** Whether a later deployment of it failed because its artifact is gone. */
  isArtifactMissing: boolean;
}

export type RollbackDecision =
  | { kind: 'create'; target: Deployment }
  /** The same rollback is queued or in progress. */
  | { kind: 'existing'; deployment: Deployment }
  | { kind: 'nothing_to_roll_back_to' }
  | { kind: 'artifact_missing'; target: Deployment }
  /** Another deployment of the target's training is queued or in progress. */
  | { kind: 'busy'; deployment: Deployment };

/**
 * `formers`: what was live on the endpoint, the newest first, without what is live. `to`: a training job or a deployment; null for what was
 * live before, where a training that was turned down is left out. `active`: what is queued or in progress on the endpoint.
 */
export function decideRollback({
  live,
  formers,
  active,
  to,
}: {
  live: Deployment | null;
  formers: readonly FormerLive[];
  active: readonly Deployment[];
  to: string | null;
}): RollbackDecision {
  const others = formers.filter(({ deployment }) => live === null || !isSameContent(deployment, live));
  const former = others.find(({ deployment, isTurnedDown }) =>
    to === null ? !isTurnedDown : deployment.deploymentId === to || deployment.trainingJobName === to,
  );
  if (former === undefined) return { kind: 'nothing_to_roll_back_to' };
  const { deployment: target, isArtifactMissing } = former;
  const ofTarget = active.find(({ runSeq }) => runSeq === target.runSeq);
  if (ofTarget !== undefined)
    return ofTarget.trigger === 'rollback' ? { kind: 'existing', deployment: ofTarget } : { kind: 'busy', deployment: ofTarget };
  return isArtifactMissing ? { kind: 'artifact_missing', target } : { kind: 'create', target };
}

/** Names follow from the content. */
const isSameContent = (one: Deployment, other: Deployment): boolean =>
  one.modelName === other.modelName && one.endpointConfigName === other.endpointConfigName;

/** Whether a training is from before the rollback of its endpoint: it is not deployed by itself any more. Instants in milliseconds. */
export const isFromBefore = (
  { createdAt, trainingCreatedAt }: { createdAt: number; trainingCreatedAt: number | null },
  rolledBackAt: number | null,
): boolean => rolledBackAt !== null && Math.min(createdAt, trainingCreatedAt ?? createdAt) <= rolledBackAt;
