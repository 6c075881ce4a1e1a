import { finishedDeploymentStatuses } from '../../core/deployment/deployment.ts';
import type { Deployment } from '../../core/deployment/deployment.ts';
import { compareConcerns, type Concern, concernOf } from '../../core/deployment/endpoint-concern.ts';
import { unfinishedRunStatuses } from '../../core/training/training-run.ts';
import type { RunView } from '../../ports/store.ts';
import type { ServiceContext } from '../../services/context.ts';
import { type EndpointOverview, listEndpoints } from '../../services/delivery/read-endpoint.ts';

export interface EndpointCard extends EndpointOverview {
  /** The last ones, the newest first. */
  outcomes: readonly Deployment[];
  concern: Concern;
  /** Why what is live was requested. */
  liveReason: string | null;
  /** The newest ones. */
  inTraining: readonly RunView[];
}

const maxOutcomes = 20;
const maxInTraining = 3;

/** Every endpoint with what a person has to know of it: problems first, then by name. */
export async function readEndpointCards(ctx: ServiceContext): Promise<EndpointCard[]> {
  const overviews = await listEndpoints(ctx);
  const cards = await Promise.all(overviews.map((overview) => toCard(ctx, overview)));
  return cards.toSorted((one, other) => compareConcerns(one.concern, other.concern));
}

export async function readOutcomes({ store }: ServiceContext, endpointName: string): Promise<readonly Deployment[]> {
  const filter = { endpointName, statuses: finishedDeploymentStatuses };
  return (await store.deployments.list({ filter, page: { limit: maxOutcomes, cursor: null } })).items;
}

export async function readInTraining({ store }: ServiceContext, endpointName: string): Promise<readonly RunView[]> {
  const filter = { endpointName, statuses: unfinishedRunStatuses };
  return (await store.runs.list({ filter, page: { limit: maxInTraining, cursor: null } })).items;
}

async function toCard(ctx: ServiceContext, overview: EndpointOverview): Promise<EndpointCard> {
  const { endpointName, live } = overview;
  const [outcomes, inTraining, liveReason] = await Promise.all([
    readOutcomes(ctx, endpointName),
    readInTraining(ctx, endpointName),
    live === null ? null : (live.reason ?? ctx.store.runs.find(live.trainingJobName).then((run) => run?.reason ?? null)),
  ]);
  return {
    liveReason,
    inTraining,
    ...overview,
    outcomes,
    concern: concernOf({ ...overview, latest: latestEnd(outcomes) }),
  };
}

/** What ended last of those that changed the endpoint, or were to. */
export const latestEnd = (outcomes: readonly Deployment[]): Deployment | null =>
  outcomes
    .filter(({ status }) => status !== 'superseded' && status !== 'rejected')
    .toSorted((one, other) => (other.finishedAt ?? 0) - (one.finishedAt ?? 0))[0] ?? null;
