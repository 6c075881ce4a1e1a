/** A span of a trace, as OpenTelemetry describes it. Instants in milliseconds since 1970 UTC. */
export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** 32 and 16 hexadecimal digits. */
export interface SpanContext {
  traceId: string;
  spanId: string;
}

export interface Span extends SpanContext {
  /** null of the root, where no caller has a span. */
  parentSpanId: string | null;
  name: string;
  from: number;
  to: number;
  attributes: Attributes;
  /** Spans of other traces, each with why. */
  links: readonly (SpanContext & { attributes: Attributes })[];
  /** Why it failed; null for one that did not. */
  error: string | null;
}

/** Who sends traces, as OpenTelemetry's resource. */
export interface TraceResource {
  attributes: Attributes;
  /** Of this service. */
  version: string;
}
