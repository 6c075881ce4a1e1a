import { Agent, request } from 'node:http';

/** A request as it goes on the wire: nothing of the path is normalized or escaped, unlike what `fetch` does. */
export interface Sent {
  method: string;
  /** With the query. */
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

export interface Received {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  tookMs: number;
}

/** Sends to one address over connections that are kept. `close` ends them. A request without an answer in time rejects. */
export function createSender(url: string, withinMs: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const { hostname, port } = new URL(url);
  return {
    send: ({ method, path, headers, body }: Sent): Promise<Received> =>
      new Promise((resolve, reject) => {
        const startedAt = performance.now();
        const late = (): void => void requested.destroy(new Error(`no answer within ${withinMs} ms`));
        const timer = setTimeout(late, withinMs);
        const length = body === null ? {} : { 'content-length': Buffer.byteLength(body) };
        const requested = request({ agent, hostname, port, method, path, headers: { ...headers, ...length } }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            clearTimeout(timer);
            const tookMs = performance.now() - startedAt;
            const text = Buffer.concat(chunks).toString();
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, tookMs });
          });
          response.on('error', reject);
        });
        requested.on('error', (error) => {
          clearTimeout(timer);
          reject(error);
        });
        requested.end(body ?? undefined);
      }),
    close: () => agent.destroy(),
  };
}
