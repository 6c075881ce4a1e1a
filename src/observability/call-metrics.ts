import { Counter, type Registry } from 'prom-client';
import type { CountedCalls } from '../ports/store.ts';

/** Of these a series is there before the first one, so that an alert sees it. */
const watched = ['throttled', 'access_denied', 'unauthenticated', 'quota'] as const;

export function showCalls(calls: readonly CountedCalls[], registry: Registry): void {
  const counter = new Counter({
    name: 'autodeploy_sagemaker_calls_total',
    help: 'Requests to SageMaker by operation and result, of all processes',
    labelNames: ['operation', 'result'],
    registers: [registry],
  });
  for (const operation of new Set(calls.map((call) => call.operation)))
    for (const result of watched) counter.inc({ operation, result }, 0);
  for (const { operation, result, count } of calls) counter.inc({ operation, result }, count);
}
