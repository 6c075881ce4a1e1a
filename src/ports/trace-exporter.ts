import type { TraceTry } from '../core/trace/decide-trace.ts';
import type { Span } from '../core/trace/span.ts';

/** Sends traces to the receiver of the configuration. */
export interface TraceExporter {
  /** One try to send one trace. Throws only when `signal` is aborted. */
  send(spans: readonly Span[], options: { now: number; signal: AbortSignal }): Promise<TraceTry>;
}
