/** OpenTelemetry's own variables: https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
import { z } from 'zod';
import type { Attributes } from '../core/trace/span.ts';
import { optional, type Rule, text, withDefault } from './variable.ts';

export const otlpProtocols = ['http/protobuf', 'http/json'] as const;
export type OtlpProtocol = (typeof otlpProtocols)[number];

/** Where traces go. */
export interface TracingSettings {
  /** Of the traces alone. */
  url: string;
  headers: Readonly<Record<string, string>>;
  protocol: OtlpProtocol;
  /** The resource's attributes. */
  resource: Attributes;
}

const endpoint: Rule<string> = {
  schema: z.string().max(2048).refine(isEndpoint),
  may: 'the address of an OTLP receiver over HTTP, like http://collector:4318, without credentials, query and fragment',
};

const protocol: Rule<OtlpProtocol> = { schema: z.enum(otlpProtocols), may: `one of ${otlpProtocols.join(', ')}` };

const headers: Rule<Record<string, string>> = {
  schema: z
    .string()
    .max(8192)
    .transform(readPairs)
    .refine((pairs) => pairs !== null && Object.entries(pairs).every(([name, value]) => isHeader(name, value)))
    .transform((pairs) => pairs ?? {}),
  may: 'headers like api-key=SECRET, several separated by commas; what is special is written as % and two digits',
};

const resource: Rule<Record<string, string>> = {
  schema: z
    .string()
    .max(8192)
    .transform(readPairs)
    .refine((pairs) => pairs !== null)
    .transform((pairs) => pairs ?? {}),
  may: 'attributes like deployment.environment.name=production, several separated by commas',
};

export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(endpoint),
  OTEL_EXPORTER_OTLP_HEADERS: optional(headers),
  OTEL_EXPORTER_OTLP_PROTOCOL: withDefault<OtlpProtocol>(protocol, 'http/protobuf'),
  OTEL_SERVICE_NAME: withDefault(text(/^[!-~][ -~]{0,254}$/, '1 to 255 visible ASCII characters'), 'sagemaker-autodeploy'),
  OTEL_RESOURCE_ATTRIBUTES: optional(resource),
};

interface TracingValues {
  OTEL_EXPORTER_OTLP_ENDPOINT: string | null;
  OTEL_EXPORTER_OTLP_HEADERS: Record<string, string> | null;
  OTEL_EXPORTER_OTLP_PROTOCOL: OtlpProtocol;
  OTEL_SERVICE_NAME: string;
  OTEL_RESOURCE_ATTRIBUTES: Record<string, string> | null;
}

/** null where no receiver is set. `secrets`: what no log line may hold. */
export function tracingOf(values: TracingValues): { tracing: TracingSettings | null; secrets: string[] } {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_HEADERS: ofReceiver } = values;
  const headersOf = ofReceiver ?? {};
  const secrets = Object.values(headersOf).flatMap((value) => [value, encodeURIComponent(value)]);
  if (base === null) return { tracing: null, secrets };
  const tracing = {
    url: `${base.replace(/\/+$/, '')}/v1/traces`,
    headers: headersOf,
    protocol: values.OTEL_EXPORTER_OTLP_PROTOCOL,
    resource: { ...values.OTEL_RESOURCE_ATTRIBUTES, 'service.name': values.OTEL_SERVICE_NAME },
  };
  return { tracing, secrets };
}

function isEndpoint(value: string): boolean {
  if (!URL.canParse(value) || /[?#\s]/.test(value)) return false;
  const { protocol: scheme, hostname, username, password } = new URL(value);
  return /^https?:$/.test(scheme) && hostname !== '' && username === '' && password === '';
}

/** `a=b,c=d%20e`, as in W3C's Baggage; null for what is malformed. */
function readPairs(value: string): Record<string, string> | null {
  const pairs = value
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => /^([^=\s]+)\s*=\s*(.*)$/.exec(pair));
  try {
    return Object.fromEntries(
      pairs.map((pair) => {
        if (pair === null) throw new URIError('no pair');
        return [decodeURIComponent(pair[1] ?? ''), decodeURIComponent(pair[2] ?? '')];
      }),
    );
  } catch {
    return null;
  }
}

/** By RFC 9110; those that a request sets itself are refused. */
const isHeader = (name: string, value: string): boolean =>
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) &&
  /^[\t -~]*$/.test(value) &&
  !/^(host|content-length|content-type|transfer-encoding|connection|user-agent)$/i.test(name);
