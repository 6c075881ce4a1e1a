/**
 * One address for several API processes of a compose network, in place of a load balancer: `node scripts/container/gateway.mjs`. Each
 * connection goes to the next address of GATEWAY_TARGETS (NAME:PORT, comma-separated; a name may have several addresses) whose
 * `GET /health/ready` is 200, or to any where none is.
 */
import { lookup } from 'node:dns/promises';
import { connect, createServer } from 'node:net';

const { GATEWAY_TARGETS = 'api:8006', GATEWAY_HOST = '0.0.0.0', GATEWAY_PORT = '8006' } = process.env;
const names = GATEWAY_TARGETS.split(',').map((target) => {
  const [host, port] = target.split(':');
  return { host, port: Number(port) };
});
const probeIntervalMs = 1000;
const probeTimeoutMs = 2000;
const connectMs = 2000;

const say = (message, more) =>
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), msg: message, ...more })}\n`);
const named = ({ address, port }) => `${address}:${port}`;

let targets = [];
let next = 0;

async function probe() {
  const found = await Promise.all(
    names.map(async ({ host, port }) => {
      const addresses = await lookup(host, { all: true, family: 4 }).catch(() => []);
      return addresses.map(({ address }) => ({ address, port }));
    }),
  );
  const states = await Promise.all(found.flat().map(async (target) => ({ target, ready: await isReady(target) })));
  const ready = states.filter((one) => one.ready);
  const chosen = (ready.length > 0 ? ready : states)
    .map(({ target }) => target)
    .toSorted((a, b) => (named(a) < named(b) ? -1 : 1));
  if (chosen.map(named).join() !== targets.map(named).join())
    say('targets changed', { targets: chosen.map(named), ready: ready.length });
  targets = chosen;
  setTimeout(probe, probeIntervalMs);
}

async function isReady(target) {
  try {
    const response = await fetch(`http://${named(target)}/health/ready`, { signal: AbortSignal.timeout(probeTimeoutMs) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Connects the client with the next target, or with the one after it where that does not take the connection. */
function forward(client, attemptsLeft) {
  next += 1;
  const target = targets[next % targets.length];
  if (attemptsLeft === 0 || target === undefined) return void client.destroy();
  const upstream = connect({ host: target.address, port: target.port });
  let isConnected = false;
  upstream.setTimeout(connectMs, () => upstream.destroy());
  upstream.on('connect', () => {
    isConnected = true;
    upstream.setTimeout(0);
    upstream.setNoDelay(true);
    client.pipe(upstream).pipe(client);
  });
  upstream.on('error', () => {});
  upstream.on('close', () => (isConnected || client.destroyed ? client.destroy() : forward(client, attemptsLeft - 1)));
  client.on('close', () => upstream.destroy());
}

const server = createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
  client.on('error', () => {});
  forward(client, targets.length);
});
server.listen(Number(GATEWAY_PORT), GATEWAY_HOST, () =>
  say('listening', { port: server.address().port, targets: GATEWAY_TARGETS }),
);
void probe();
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
