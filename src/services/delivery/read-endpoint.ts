import type { DeliveryPolicy } from '../../core/delivery/policy.ts';
import { policyFor } from '../../core/delivery/delivery-file.ts';
import type { Deployment } from '../../core/deployment/deployment.ts';
import type { EndpointRecord } from '../../core/deployment/endpoint-record.ts';
import type { ServiceContext } from '../context.ts';
import { knownEndpoint, listEndpointNames } from './known-endpoint.ts';

const maxWaiting = 50;
const maxFormer = 20;

export interface EndpointOverview {
  endpointName: string;
  /** The deployment that went live last. */
  live: Deployment | null;
  inProgress: Deployment | null;
  /** Queued, or awaiting an approval; the newest 50, newest first. */
  waiting: readonly Deployment[];
  /** null for an endpoint that was never held nor rolled back. */
  record: EndpointRecord | null;
}

export interface EndpointDetails extends EndpointOverview {
  /** What can be gone back to, the newest first. */
  former: readonly Deployment[];
  /** In force for what comes. */
  policy: DeliveryPolicy;
}

export async function listEndpoints(ctx: ServiceContext): Promise<EndpointOverview[]> {
  const overviews: EndpointOverview[] = [];
  for (const endpointName of await listEndpointNames(ctx)) overviews.push(await readOverview(ctx, endpointName));
  return overviews;
}

/** @throws {ServiceError} `not_found` for an endpoint that the service does not know. */
export async function readEndpoint(
  ctx: ServiceContext,
  { endpointName: name }: { endpointName: string },
): Promise<EndpointDetails> {
  const endpointName = await knownEndpoint(ctx, { endpointName: name });
  const [overview, former] = await Promise.all([
    readOverview(ctx, endpointName),
    ctx.store.endpoints.listFormer({ endpointName, limit: maxFormer }),
  ]);
  return { ...overview, former, policy: policyFor(ctx.settings.delivery, endpointName) };
}

async function readOverview({ store }: ServiceContext, endpointName: string): Promise<EndpointOverview> {
  const [live, inProgress, waiting, record] = await Promise.all([
    store.deployments.findLive(endpointName),
    store.deployments.findInProgress(endpointName),
    store.deployments.list({
      filter: { endpointName, statuses: ['queued', 'awaiting_approval'] },
      page: { limit: maxWaiting, cursor: null },
    }),
    store.endpoints.find(endpointName),
  ]);
  return { endpointName, live, inProgress, waiting: waiting.items, record };
}
