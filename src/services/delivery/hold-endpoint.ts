import { type EndpointRecord, isHeld } from '../../core/deployment/endpoint-record.ts';
import type { ServiceContext } from '../context.ts';
import { onceChanged } from '../once-changed.ts';
import { enqueueNext } from './decide-deployment.ts';
import { knownEndpoint } from './known-endpoint.ts';
import { learnIfPossible } from './learn-endpoint.ts';
import { writeTagsNow } from './write-tags-now.ts';

interface HoldInput {
  endpointName: string;
  /** The name of the caller's key. */
  by: string | null;
  reason: string;
}

/**
 * Holds an endpoint: nothing is deployed to it but what is forced or rolled back. One that is held already is held for this reason from now
 * on. What is in progress continues.
 *
 * @throws {ServiceError} `not_found` for an endpoint that the service does not know.
 */
export async function holdEndpoint(ctx: ServiceContext, { endpointName: name, by, reason }: HoldInput): Promise<EndpointRecord> {
  const { store, now, log } = ctx;
  const endpointName = await knownEndpoint(ctx, { endpointName: name });
  await learnIfPossible(ctx, { endpointName });
  const before = await store.endpoints.find(endpointName);
  if (isHeld(before) && before?.heldBy === by && before.holdReason === reason) return before;
  const record = await store.endpoints.hold({ endpointName, by, reason, now: now() });
  log.info({ event: 'endpoint.held', endpoint_name: endpointName, by, reason }, 'endpoint held');
  await tag(ctx, endpointName);
  return record;
}

/** Ends a hold, and queues what goes next. `reason`: why, for the history. One that is not held stays as it is. */
export async function releaseEndpoint(
  ctx: ServiceContext,
  { endpointName: name, by, reason }: Omit<HoldInput, 'reason'> & { reason: string | null },
): Promise<void> {
  const { store, now, log } = ctx;
  const endpointName = await knownEndpoint(ctx, { endpointName: name });
  await learnIfPossible(ctx, { endpointName });
  const released = await store.endpoints.release({ endpointName, by, reason, now: now() });
  if (released === null) return;
  log.info({ event: 'endpoint.released', endpoint_name: endpointName, by }, 'endpoint released');
  await enqueueNext(ctx, [released.next]);
  await tag(ctx, endpointName);
}

const tag = (ctx: ServiceContext, endpointName: string): Promise<void> =>
  onceChanged('It is recorded; a worker tags the endpoint', () => writeTagsNow(ctx, { endpointName }));
