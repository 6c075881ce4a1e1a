/** What the policy's retention deletes at SageMaker. */
import type { Uncleaned } from '../core/deployment/decide-clean-up.ts';

/** How many models and endpoint configurations were deleted. */
export interface DeletedCounts {
  models: number;
  endpointConfigs: number;
}

export interface RetentionStore {
  /** The deployments of the endpoint that are on their way, or made something that was not deleted yet; the oldest first. */
  listUncleaned(endpointName: string): Promise<Uncleaned[]>;
  /**
   * Nothing of the deployment is left to delete; its history says why. `deleted` adds to the counts of all processes. False when that was
   * recorded before, or the deployment is not over.
   */
  recordCleanedUp(params: { deploymentId: string; detail: string; deleted: DeletedCounts; now: number }): Promise<boolean>;
  /** Of all that ever was. */
  deleted(): Promise<DeletedCounts>;
}
