import { createServer, request } from 'node:http';
import { once } from 'node:events';

/** A proxy in front of `url` that serves it under `prefix` and strips that before it asks, as load balancers do. */
export async function startPrefixProxy(url, prefix) {
  const { hostname, port } = new URL(url);
  const server = createServer((incoming, outgoing) => {
    if (!incoming.url.startsWith(prefix)) return void outgoing.writeHead(404).end('outside of the prefix');
    const path = incoming.url.slice(prefix.length) || '/';
    const passed = request({ hostname, port, path, method: incoming.method, headers: incoming.headers }, (response) => {
      outgoing.writeHead(response.statusCode, response.headers);
      response.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}${prefix}`,
    close: () => server.close() && server.closeAllConnections(),
  };
}
