import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { listenOnLoopback } from './loopback.ts';
import { type Message, readMessage, subMessages } from './protobuf.ts';

/** A span as it was received, whatever its encoding. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  /** Milliseconds since 1970 UTC. */
  from: number;
  to: number;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string; attributes: Record<string, unknown> }[];
  /** Its message, where the status is an error. */
  error: string | null;
}

export interface ReceivedTrace {
  path: string;
  headers: IncomingHttpHeaders;
  resource: Record<string, unknown>;
  scope: { name: string; version: string };
  spans: ReceivedSpan[];
}

export interface OtlpReceiver {
  url: string;
  received: ReceivedTrace[];
  close: () => void;
}

/**
 * A receiver of traces over OTLP/HTTP on the loopback address, in both encodings, written after OTLP's own definitions
 * (docs/reference/otlp-behavior.md#the-two-encodings). `respond` gets each trace once it is complete. The caller closes it.
 */
export async function startOtlpReceiver(
  respond: (response: ServerResponse, trace: ReceivedTrace, index: number) => void = (response) => void response.end(),
  port?: number,
): Promise<OtlpReceiver> {
  const received: ReceivedTrace[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const type = request.headers['content-type'];
      if (request.method !== 'POST' || (type !== 'application/json' && type !== 'application/x-protobuf'))
        return void response.writeHead(415).end();
      const content = type === 'application/json' ? fromJson(body) : fromProtobuf(body);
      const trace = { path: request.url ?? '', headers: request.headers, ...content };
      received.push(trace);
      respond(response, trace, received.length - 1);
    });
  });
  if (port === undefined) await listenOnLoopback(server);
  else await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

type Content = Pick<ReceivedTrace, 'resource' | 'scope' | 'spans'>;

interface JsonAttribute {
  key: string;
  value: { stringValue?: string; boolValue?: boolean; intValue?: string; doubleValue?: number };
}

interface JsonSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: JsonAttribute[];
  links: { traceId: string; spanId: string; attributes: JsonAttribute[] }[];
  status: { code?: number; message?: string };
}

function fromJson(body: Buffer): Content {
  const { resourceSpans } = JSON.parse(body.toString()) as {
    resourceSpans: [
      { resource: { attributes: JsonAttribute[] }; scopeSpans: [{ scope: ReceivedTrace['scope']; spans: JsonSpan[] }] },
    ];
  };
  const [{ resource, scopeSpans }] = resourceSpans;
  const attributesOf = (list: readonly JsonAttribute[]): Record<string, unknown> =>
    Object.fromEntries(
      list.map(({ key, value }) => [key, value.intValue === undefined ? Object.values(value)[0] : Number(value.intValue)]),
    );
  return {
    resource: attributesOf(resource.attributes),
    scope: scopeSpans[0].scope,
    spans: scopeSpans[0].spans.map((span) => ({
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId ?? null,
      name: span.name,
      from: Number(BigInt(span.startTimeUnixNano) / 1_000_000n),
      to: Number(BigInt(span.endTimeUnixNano) / 1_000_000n),
      attributes: attributesOf(span.attributes),
      links: span.links.map((link) => ({ ...link, attributes: attributesOf(link.attributes) })),
      error: span.status.code === 2 ? (span.status.message ?? '') : null,
    })),
  };
}

function fromProtobuf(body: Buffer): Content {
  const [resourceSpans] = subMessages(readMessage(body), 1);
  const [resource] = subMessages(resourceSpans, 1);
  const [scopeSpans] = subMessages(resourceSpans, 2);
  const [scope] = subMessages(scopeSpans, 1);
  return {
    resource: attributesIn(resource, 1),
    scope: { name: text(scope, 1), version: text(scope, 2) },
    spans: subMessages(scopeSpans, 2).map((span) => {
      const [status] = subMessages(span, 15);
      return {
        traceId: hex(span, 1),
        spanId: hex(span, 2),
        parentSpanId: span.has(4) ? hex(span, 4) : null,
        name: text(span, 5),
        from: milliseconds(span, 7),
        to: milliseconds(span, 8),
        attributes: attributesIn(span, 9),
        links: subMessages(span, 13).map((link) => ({
          traceId: hex(link, 1),
          spanId: hex(link, 2),
          attributes: attributesIn(link, 4),
        })),
        error: status?.get(3)?.[0] === 2n ? text(status, 2) : null,
      };
    }),
  };
}

const bytes = (message: Message | undefined, field: number): Buffer => {
  const value = message?.get(field)?.[0];
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
};
const text = (message: Message | undefined, field: number): string => bytes(message, field).toString();
const hex = (message: Message, field: number): string => bytes(message, field).toString('hex');
const milliseconds = (message: Message, field: number): number => Number(bytes(message, field).readBigUInt64LE() / 1_000_000n);

const attributesIn = (message: Message | undefined, field: number): Record<string, unknown> =>
  Object.fromEntries(
    subMessages(message, field).map((pair) => {
      const [value] = subMessages(pair, 2);
      if (value?.has(1)) return [text(pair, 1), text(value, 1)];
      if (value?.has(2)) return [text(pair, 1), value.get(2)?.[0] === 1n];
      if (value?.has(3)) return [text(pair, 1), Number(BigInt.asIntN(64, value.get(3)?.[0] as bigint))];
      return [text(pair, 1), bytes(value, 4).readDoubleLE()];
    }),
  );
