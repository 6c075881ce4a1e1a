import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { listenOnLoopback } from '../testkit/loopback.ts';
import { bytesOf } from './bytes-of.ts';
import type { Intercept } from './intercepted-message.ts';
import type { Proxy } from './redis-proxy.ts';

/** A proxy between one process and the simulator. Passes each call to `intercept` before it is sent, and again with its response. */
export async function startSageMakerProxy(process: string, simulatorPort: number, intercept: Intercept): Promise<Proxy> {
  const server = createServer((incoming, response) => {
    relay(incoming, response).catch(() => void incoming.socket.destroy());
  });

  async function relay(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bytesOf(incoming);
    const { what, sent } = callOf(incoming, body.toString());
    const call = { process, via: 'sagemaker', what } as const;
    const drop = (): void => void incoming.socket.destroy();
    if ((await intercept({ ...call, when: 'before', text: sent })) === 'drop') return drop();
    const onward = request({
      host: '127.0.0.1',
      port: simulatorPort,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
    });
    // The call is sent even when its process has ended.
    onward.end(body);
    const [upstream] = (await once(onward, 'response')) as [IncomingMessage];
    const responded = await bytesOf(upstream);
    const text = `${sent}\n${responded.toString()}`;
    if ((await intercept({ ...call, when: 'after', text })) === 'drop') return drop();
    response.writeHead(upstream.statusCode ?? 500, upstream.headers).end(responded);
  }

  const port = await listenOnLoopback(server);
  return {
    port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** SageMaker and CloudWatch name the operation in a header. The runtime has only one, whose path names the endpoint. */
function callOf({ headers, url = '' }: IncomingMessage, body: string): { what: string; sent: string } {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return { what: target.split('.').at(-1) ?? '', sent: body };
  return { what: url.endsWith('/invocations') ? 'InvokeEndpoint' : url, sent: `${url} ${body}` };
}
