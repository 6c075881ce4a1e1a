import type { Attributes, AttributeValue, Span, TraceResource } from '../core/trace/span.ts';

/** The name by which receivers know who made the spans. */
export const scopeName = 'sagemaker-autodeploy';
/** SPAN_KIND_INTERNAL and STATUS_CODE_ERROR of OTLP. */
export const internalKind = 1;
export const errorCode = 2;

/** OTLP in JSON (docs/reference/otlp-behavior.md#the-two-encodings). */
export const encodeJson = (spans: readonly Span[], { attributes, version }: TraceResource): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: keyValues(attributes) },
        scopeSpans: [{ scope: { name: scopeName, version }, spans: spans.map(spanOf) }],
      },
    ],
  });

const spanOf = ({ traceId, spanId, parentSpanId, name, from, to, attributes, links, error }: Span) => ({
  traceId,
  spanId,
  ...(parentSpanId === null ? {} : { parentSpanId }),
  name,
  kind: internalKind,
  startTimeUnixNano: nanoseconds(from),
  endTimeUnixNano: nanoseconds(to),
  attributes: keyValues(attributes),
  links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId, attributes: keyValues(link.attributes) })),
  status: error === null ? {} : { code: errorCode, message: error },
});

/** 64-bit integers are text in OTLP's JSON. */
const nanoseconds = (at: number): string => `${BigInt(Math.round(at)) * 1_000_000n}`;

const keyValues = (attributes: Attributes) => Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

function anyValue(value: AttributeValue) {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
