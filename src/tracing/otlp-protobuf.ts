import type { Attributes, AttributeValue, Span, SpanContext, TraceResource } from '../core/trace/span.ts';
import { errorCode, internalKind, scopeName } from './otlp-json.ts';
import { bytesField, doubleField, type Field, fixed64Field, hexField, integerField, message, textField } from './protobuf.ts';

/** OTLP's ExportTraceServiceRequest (docs/reference/otlp-behavior.md#the-two-encodings). */
export const encodeProtobuf = (spans: readonly Span[], { attributes, version }: TraceResource): Uint8Array =>
  message(
    bytesField(
      1,
      message(
        bytesField(1, message(...keyValues(1, attributes))),
        bytesField(
          2,
          message(
            bytesField(1, message(textField(1, scopeName), textField(2, version))),
            ...spans.map((span) => bytesField(2, spanOf(span))),
          ),
        ),
      ),
    ),
  );

const spanOf = ({ traceId, spanId, parentSpanId, name, from, to, attributes, links, error }: Span): Uint8Array =>
  message(
    ...contextOf({ traceId, spanId }),
    ...(parentSpanId === null ? [] : [hexField(4, parentSpanId)]),
    textField(5, name),
    integerField(6, internalKind),
    fixed64Field(7, nanoseconds(from)),
    fixed64Field(8, nanoseconds(to)),
    ...keyValues(9, attributes),
    ...links.map((link) => bytesField(13, message(...contextOf(link), ...keyValues(4, link.attributes)))),
    ...(error === null ? [] : [bytesField(15, message(textField(2, error), integerField(3, errorCode)))]),
  );

const contextOf = ({ traceId, spanId }: SpanContext): Field[] => [hexField(1, traceId), hexField(2, spanId)];

const nanoseconds = (at: number): bigint => BigInt(Math.round(at)) * 1_000_000n;

const keyValues = (number: number, attributes: Attributes): Field[] =>
  Object.entries(attributes).map(([key, value]) =>
    bytesField(number, message(textField(1, key), bytesField(2, message(anyValue(value))))),
  );

function anyValue(value: AttributeValue): Field {
  if (typeof value === 'string') return textField(1, value);
  if (typeof value === 'boolean') return integerField(2, value ? 1 : 0);
  return Number.isSafeInteger(value) ? integerField(3, value) : doubleField(4, value);
}
