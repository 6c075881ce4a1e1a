import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Proxies, TracingSettings } from '../config/config.ts';
import { retryAfterMs } from '../core/delivery/decide-notification.ts';
import { errorMessage } from '../core/errors.ts';
import type { TraceTry } from '../core/trace/decide-trace.ts';
import { traceTiming } from '../core/trace/trace-timing.ts';
import type { TraceExporter } from '../ports/trace-exporter.ts';
import { encodeJson } from './otlp-json.ts';
import { encodeProtobuf } from './otlp-protobuf.ts';

export interface ExporterOptions {
  tracing: TracingSettings;
  proxies: Proxies;
  /** Of this service. */
  version: string;
  tryMs?: number;
}

/** What is read of a response, so that the receiver can end it; it is dropped. */
const maxResponseBytes = 64 * 1024;

/** Sends traces by OTLP over HTTP, one POST a trace (docs/reference/otlp-behavior.md#what-may-be-sent-once-more). */
export function createOtlpExporter({ tracing, proxies, version, tryMs = traceTiming.tryMs }: ExporterOptions): TraceExporter {
  const { url: address, headers, protocol, resource: attributes } = tracing;
  const url = new URL(address);
  const isTls = url.protocol === 'https:';
  const options = { keepAlive: true, maxSockets: 1, proxyEnv: { ...proxies } };
  const agent = isTls ? new HttpsAgent(options) : new HttpAgent(options);
  const encode = protocol === 'http/json' ? encodeJson : encodeProtobuf;
  const contentType = protocol === 'http/json' ? 'application/json' : 'application/x-protobuf';

  return {
    async send(spans, { now, signal }): Promise<TraceTry> {
      const body = encode(spans, { attributes, version });
      const timeout = AbortSignal.timeout(tryMs);
      try {
        const { status, retryAfter } = await post(AbortSignal.any([signal, timeout]), body);
        return { kind: 'response', status, retryAfterMs: retryAfterMs(retryAfter, now) };
      } catch (error) {
        signal.throwIfAborted();
        const reason = timeout.aborted ? `The receiver did not respond within ${tryMs / 1000} s.` : reasonOf(error);
        return { kind: 'no_response', reason };
      }
    },
  };

  function post(signal: AbortSignal, body: string | Uint8Array): Promise<{ status: number; retryAfter: string | undefined }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; retryAfter: string | undefined }>();
    const request = (isTls ? httpsRequest : httpRequest)(
      url,
      {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': contentType,
          'content-length': Buffer.byteLength(body),
          'user-agent': `sagemaker-autodeploy/${version}`,
        },
        agent,
        signal,
      },
      (response) => {
        let bytes = 0;
        response.on('error', reject);
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > maxResponseBytes) response.destroy();
        });
        // Once all of it is there, the connection is free for the next trace.
        response.on('close', () => resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] }));
      },
    );
    request.on('error', reject);
    request.end(body);
    return promise;
  }
}

const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code === '' ? errorMessage(error) : `The receiver cannot be reached (${code}).`;
};
