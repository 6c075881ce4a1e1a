import type { SQL } from 'drizzle-orm';
import { activeDeploymentStatuses } from '../core/deployment/deployment.ts';
import { sql } from './drizzle.ts';
import { quoted } from './transitions.ts';

/** Whether a row of deployments is in progress, or was ended while SageMaker might still bring it about. In SQL that both engines take. */
export const isInProgress = sql`(deployments.status = 'in_progress' or deployments.unsettled_since is not null)`;

/**
 * Whether a row of training_runs has a deployment for which it is kept (RunStore.prune). Those that went live on one endpoint are counted
 * by the order in which they did. In SQL that both engines take.
 */
export const isNeeded = (
  endedBefore: number,
  keepLive: number,
): SQL<boolean | number> => sql`exists (select 1 from deployments own where own.run_seq = training_runs.seq and (
  own.status in (${quoted(activeDeploymentStatuses)}) or own.unsettled_since is not null or own.finished_at >= ${endedBefore}
  or own.live_order >= coalesce((select other.live_order from deployments other
    where other.endpoint_key = own.endpoint_key and other.live_order is not null
    order by other.live_order desc limit 1 offset ${keepLive - 1}), 0)))`;
