import { policyFor } from '../../core/delivery/delivery-file.ts';
import type { RetentionPolicy } from '../../core/delivery/policy.ts';
import { type CleanUpDecision, decideCleanUp } from '../../core/deployment/decide-clean-up.ts';
import type { ServiceContext } from '../context.ts';

export interface EndpointPlan {
  endpointName: string;
  policy: RetentionPolicy;
  decisions: CleanUpDecision[];
}

/** Whether the delivery file, as it is now, has a retention for any endpoint. Without one nothing is read. */
export const hasRetention = ({ settings: { delivery } }: Pick<ServiceContext, 'settings'>): boolean =>
  [delivery.defaults, ...Object.values(delivery.endpoints)].some((layers) => layers.delivery?.['retention'] !== undefined);

/** By the database alone; null where the endpoint has no retention. */
export async function planCleanUp(ctx: ServiceContext, endpointName: string): Promise<EndpointPlan | null> {
  const { store, settings, now } = ctx;
  const policy = policyFor(settings.delivery, endpointName).retention;
  if (policy === null) return null;
  const deployments = await store.retention.listUncleaned(endpointName);
  return { endpointName, policy, decisions: decideCleanUp(deployments, policy, now()) };
}
