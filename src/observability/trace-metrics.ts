import { Counter, type Registry } from 'prom-client';
import type { TraceCounts } from '../ports/store.ts';

/** What became of the traces that are sent over OTLP. */
export function showTraces({ sent, failedTries, abandoned }: TraceCounts, registry: Registry): void {
  const traces = new Counter({
    name: 'autodeploy_traces_total',
    help: 'Traces of runs that were sent over OTLP, tries that failed, and traces that were abandoned',
    labelNames: ['result'],
    registers: [registry],
  });
  traces.inc({ result: 'sent' }, sent);
  traces.inc({ result: 'failed' }, failedTries);
  traces.inc({ result: 'abandoned' }, abandoned);
}
