/**
 * The image's HEALTHCHECK. One image runs every program, so this asks what the container's first process is: the API has to answer,
 * a worker has to have written its heartbeat (which it does while it takes jobs), and the gateway has to take a connection.
 * Exits 0 or 1, and says why.
 */
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';

const staleMs = 30_000;
const responseTimeoutMs = 3000;
const { PORT = '8006', HEARTBEAT_FILE = '/tmp/heartbeat' } = process.env;

async function checkHttp(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(responseTimeoutMs) });
  if (!response.ok) throw new Error(`${url} returned ${response.status}`);
  return `${url} returned ${response.status}`;
}

function checkHeartbeat() {
  const ageMs = Date.now() - statSync(HEARTBEAT_FILE).mtimeMs;
  const what = `the last heartbeat is ${Math.round(ageMs / 1000)} s old`;
  if (ageMs > staleMs) throw new Error(what);
  return what;
}

async function checkConnection(port) {
  const socket = connect({ port, host: '127.0.0.1', timeout: responseTimeoutMs });
  socket.on('timeout', () => socket.destroy(new Error(`port ${port} takes no connection`)));
  await once(socket, 'connect');
  socket.destroy();
  return `port ${port} takes connections`;
}

const checks = {
  'src/api/main.ts': () => checkHttp(`http://127.0.0.1:${PORT}/health/live`),
  'src/worker/main.ts': checkHeartbeat,
  'scripts/container/gateway.mjs': () => checkConnection(8006),
};

try {
  const command = readFileSync('/proc/1/cmdline', 'utf8').split('\0').join(' ');
  const check = Object.entries(checks).find(([program]) => command.includes(program))?.[1];
  if (check === undefined) throw new Error(`no known program: ${command}`);
  console.log(await check());
} catch (error) {
  console.log(`unhealthy: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
