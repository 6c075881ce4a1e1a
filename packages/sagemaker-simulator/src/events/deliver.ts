import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { EventTarget } from '../settings.ts';
import type { Log } from '../context.ts';
import type { EventEnvelope } from './envelope.ts';

interface Delivery {
  afterMs: number;
  log: Log;
  closing: AbortSignal;
}

/** EventBridge retries for 24 h; the simulator for two minutes. */
const retryDelaysMs = [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 60_000];
/** An API destination waits this long for a response. */
const responseTimeoutMs = 5000;

/** Delivers an event to a target, with retries as EventBridge makes them; then drops it with a line in the log. */
export async function deliver(event: EventEnvelope, target: EventTarget, { afterMs, log, closing }: Delivery): Promise<void> {
  const what = {
    detail_type: event['detail-type'],
    name: event.detail['TrainingJobName'] ?? event.detail['EndpointName'],
    target: target.kind,
  };
  try {
    await delay(afterMs, undefined, { signal: closing, ref: false });
    for (const retryMs of [...retryDelaysMs, null]) {
      const refusal = await send(event, target, closing);
      if (refusal === null) return;
      if (!refusal.retriable || retryMs === null) {
        log.warn({ ...what, reason: refusal.reason }, 'an event was not taken and is dropped');
        return;
      }
      await delay(retryMs, undefined, { signal: closing, ref: false });
    }
  } catch (error) {
    if (!closing.aborted) log.error({ ...what, err: error }, 'an event could not be delivered');
  }
}

/** null when the target accepted it. */
const send = (
  event: EventEnvelope,
  target: EventTarget,
  closing: AbortSignal,
): Promise<{ reason: string; retriable: boolean } | null> =>
  target.kind === 'lambda' ? invoke(event, target.bundle) : post(event, target, closing);

async function post(
  event: EventEnvelope,
  { url, apiKey }: Extract<EventTarget, { kind: 'http' }>,
  closing: AbortSignal,
): Promise<{ reason: string; retriable: boolean } | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }) },
      body: JSON.stringify(event),
      signal: AbortSignal.any([closing, AbortSignal.timeout(responseTimeoutMs)]),
    });
    await response.body?.cancel();
    if (response.ok) return null;
    return {
      reason: `HTTP ${response.status}`,
      retriable: [401, 407, 409, 429].includes(response.status) || response.status >= 500,
    };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error), retriable: true };
  }
}

/** Calls the bundled function as Lambda does: `exports.handler(event, context)`; a function that throws is called again. */
async function invoke(event: EventEnvelope, bundle: string): Promise<{ reason: string; retriable: boolean } | null> {
  try {
    const module = (await import(pathToFileURL(bundle).href)) as {
      handler: (event: unknown, context: unknown) => Promise<unknown>;
    };
    await module.handler(event, { awsRequestId: event.id, getRemainingTimeInMillis: () => 30_000 });
    return null;
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error), retriable: true };
  }
}
