import { policyFor } from '../../core/delivery/delivery-file.ts';
import type { Deployment } from '../../core/deployment/deployment.ts';
import { ServiceError } from '../../core/errors.ts';
import type { ServiceContext } from '../context.ts';
import { noSuchDeployment } from '../deployment/get-deployment.ts';
import { deploymentFields } from '../deployment/log-fields.ts';
import { enqueueNext, writeTags } from './decide-deployment.ts';

interface AbortInput {
  deploymentId: string;
  /** The name of the caller's key. */
  by: string | null;
  reason: string;
}

/**
 * Ends a deployment: one that waits at once, as rejected. Of one in progress it records the request, which its worker carries out: as
 * rejected before the endpoint was touched, and by bringing the endpoint back afterwards. Repeated, it returns the deployment as it is.
 *
 * @throws {ServiceError} `not_found`; `not_awaiting_approval` for one that is over.
 */
export async function abortDeployment(ctx: ServiceContext, { deploymentId, by, reason }: AbortInput): Promise<Deployment> {
  const { store, settings, now, log } = ctx;
  const before = await store.deployments.find(deploymentId);
  const policy = before === null ? null : policyFor(settings.delivery, before.endpointName);
  const result = await store.delivery.abort({ deploymentId, by, reason, policy, now: now() });
  if (result === null) throw noSuchDeployment();
  const { deployment } = result;
  const fields = { ...deploymentFields(deployment), by, reason, status: deployment.status };
  switch (result.kind) {
    case 'same':
      return deployment;
    case 'over':
      throw new ServiceError('not_awaiting_approval', `The deployment is over: ${deployment.status}`);
    case 'recorded':
      log.info({ event: 'deployment.abort_requested', ...fields }, 'deployment abort requested');
      await enqueueNext(ctx, [deployment]);
      return deployment;
    case 'rejected':
      log.info({ event: 'deployment.aborted', ...fields }, 'waiting deployment aborted');
      await enqueueNext(ctx, [result.next]);
      await writeTags(ctx, deployment);
      return deployment;
  }
}
