import type { Deployment } from '../../core/deployment/deployment.ts';
import type { ServiceContext } from '../context.ts';
import { deploymentFields } from './log-fields.ts';

/** One line for each deployment that ended because a newer training is live. */
export function logSuperseded({ log }: Pick<ServiceContext, 'log'>, superseded: readonly Deployment[]): void {
  for (const deployment of superseded) {
    const fields = { ...deploymentFields(deployment), status: deployment.status, superseded_by: deployment.supersededBy };
    log.info({ event: 'deployment.superseded', ...fields }, 'deployment superseded');
  }
}
