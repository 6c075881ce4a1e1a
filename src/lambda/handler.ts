import { readResponse } from './response.ts';
import { type ApiKey, createApiKey } from './api-key.ts';
import type { Log } from './log-line.ts';
import { type Route, routeEvent } from './route-event.ts';
import { readSettings, type Settings } from './settings.ts';
import type { Environment } from '../core/environment.ts';

/** What is used of Lambda's context object. */
export interface Context {
  awsRequestId: string;
  getRemainingTimeInMillis: () => number;
}

export type Outcome = { outcome: 'ignored' } | { outcome: 'taken' | 'refused'; status: number };

/** The wait for key and service ends this long before the function's own time-out, so that the failure is logged and retried. */
const marginMs = 1500;
const longestWaitMs = 25_000;

/**
 * The function for Lambda's asynchronous invocations. Resolves when there is nothing left to do: the service took the event, or will
 * never take it. Rejects otherwise, and Lambda calls again, twice, then hands the event to the dead-letter queue. Calling twice for
 * one event is harmless: the service's routes are idempotent.
 */
export function createHandler({ env, log, now }: { env: Environment; log: Log; now: () => number }) {
  let ready: { settings: Settings; apiKey: ApiKey } | null = null;

  async function post(route: Extract<Route, { kind: 'post' }>, context: Context): Promise<Outcome> {
    const { settings, apiKey } = (ready ??= prepare(env, now));
    const signal = AbortSignal.timeout(Math.max(1, Math.min(longestWaitMs, context.getRemainingTimeInMillis() - marginMs)));
    const key = await apiKey.get(signal);
    const response = await fetch(`${settings.url}${route.path}`, {
      method: 'POST',
      headers: {
        'user-agent': 'sagemaker-autodeploy-lambda',
        'x-request-id': context.awsRequestId,
        ...(route.body === null ? {} : { 'content-type': 'application/json' }),
        ...(key === null ? {} : { 'x-api-key': key }),
      },
      body: route.body,
      // Followed, a redirect would take the key to wherever it points.
      redirect: 'manual',
      signal,
    });
    const { status, verdict, isJson, fields } = await readResponse(response);
    const line = { ...route.about, path: route.path, status, ...fields, aws_request_id: context.awsRequestId };
    switch (verdict) {
      case 'accepted':
        log(
          isJson ? 'info' : 'warn',
          line,
          isJson ? 'the service took the event' : 'taken, but not by what looks like the service',
        );
        return { outcome: 'taken', status };
      case 'refused':
        log(
          isJson ? 'warn' : 'error',
          line,
          isJson ? 'the service will never take the event' : 'refused, not by what looks like the service',
        );
        return { outcome: 'refused', status };
      case 'retry':
        if (status === 401 || status === 403) apiKey.forget();
        throw new Error(`POST ${route.path} was answered ${status}${'code' in fields ? ` ${fields['code']}` : ''}`);
    }
  }

  return async (event: unknown, context: Context): Promise<Outcome> => {
    const route = routeEvent(event);
    if (route.kind === 'ignore') {
      log('warn', { aws_request_id: context.awsRequestId }, `event ignored: ${route.why}`);
      return { outcome: 'ignored' };
    }
    try {
      return await post(route, context);
    } catch (error) {
      const reason = reasonOf(error);
      log('error', { ...route.about, path: route.path, reason, aws_request_id: context.awsRequestId }, 'Lambda has to try again');
      throw error;
    }
  };
}

function prepare(env: Environment, now: () => number): { settings: Settings; apiKey: ApiKey } {
  const settings = readSettings(env);
  return { settings, apiKey: createApiKey(settings, now) };
}

/** fetch says only "fetch failed"; what failed is its cause. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message || String(Reflect.get(cause, 'code'))}` : error.message;
};
