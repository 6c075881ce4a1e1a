import { compareQueued } from '../../core/deployment/order.ts';
import { type Concern, concernOf } from '../../core/deployment/endpoint-concern.ts';
import type { Deployment } from '../../core/deployment/deployment.ts';
import type { HistoryEntry } from '../../core/history.ts';
import type { RunView } from '../../ports/store.ts';
import type { ServiceContext } from '../../services/context.ts';
import { type EndpointDetails, readEndpoint } from '../../services/delivery/read-endpoint.ts';
import { latestEnd, readInTraining, readOutcomes } from './endpoint-cards.ts';
import { readEndpointHistory } from './endpoint-history.ts';
import { type ModelFacts, readModelFacts } from './model-facts.ts';

export interface EndpointView extends Omit<EndpointDetails, 'former' | 'waiting'> {
  serving: ModelFacts | null;
  formerModels: readonly ModelFacts[];
  /** Awaiting an approval, the newest first. */
  toDecide: readonly Deployment[];
  /** In the order in which they will go. */
  queued: readonly Deployment[];
  outcomes: readonly Deployment[];
  inTraining: readonly RunView[];
  concern: Concern;
  /** The newest first. */
  history: readonly HistoryEntry[];
}

const mostFormer = 8;

/** @throws {ServiceError} `not_found`. */
export async function readEndpointView(
  ctx: ServiceContext,
  { endpointName: name }: { endpointName: string },
): Promise<EndpointView> {
  const { former, waiting, ...details } = await readEndpoint(ctx, { endpointName: name });
  const { endpointName, live } = details;
  const [serving, formerModels, outcomes, inTraining, history] = await Promise.all([
    live === null ? null : readModelFacts(ctx, live),
    Promise.all(former.slice(0, mostFormer).map((one) => readModelFacts(ctx, one))),
    readOutcomes(ctx, endpointName),
    readInTraining(ctx, endpointName),
    readEndpointHistory(ctx, { endpointName }),
  ]);
  return {
    ...details,
    serving,
    formerModels,
    toDecide: waiting.filter(({ status }) => status === 'awaiting_approval'),
    queued: waiting.filter(({ status }) => status === 'queued').toSorted(compareQueued),
    outcomes,
    inTraining,
    concern: concernOf({ ...details, waiting, latest: latestEnd(outcomes) }),
    history,
  };
}
