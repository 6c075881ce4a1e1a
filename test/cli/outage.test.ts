import { once } from 'node:events';
import { createServer, type IncomingMessage, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { TrainingRunBody } from '../../src/api/schemas/training-run.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { listenOnLoopback } from '../../tools/testkit/loopback.ts';
import { cli, startCli } from './run.ts';
import { type CliSystem, startCliSystem } from './system.ts';

let system: CliSystem;

beforeAll(async () => {
  system = await startCliSystem();
}, 120_000);

afterAll(() => system.stop());

/** What becomes of a request that a network hands on. */
type Fate = 'passes' | 'loses the response' | 'is 503' | 'is 404';

/** A network between the program and the service. @returns its address, and what came. */
async function startNetwork(fateOf: (request: IncomingMessage, count: number) => Fate) {
  const seen: { method: string; path: string; key: string | undefined }[] = [];
  const server = createServer((incoming, outgoing) => {
    seen.push({
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      key: incoming.headers['idempotency-key'] as string | undefined,
    });
    const fate = fateOf(incoming, seen.length);
    if (fate === 'is 503')
      return outgoing.writeHead(503, { 'retry-after': '0', 'content-type': 'text/html' }).end('<h1>503</h1>');
    if (fate === 'is 404') return outgoing.writeHead(404, { 'content-type': 'text/html' }).end('<h1>404</h1>');
    const { method, url, headers } = incoming;
    const upstream = httpRequest(`${system.url}${url}`, { method, headers, agent: false }, (response) => {
      if (fate === 'loses the response') return void response.resume().once('end', () => incoming.socket.destroy());
      outgoing.writeHead(response.statusCode ?? 0, response.headers);
      response.pipe(outgoing);
    });
    upstream.on('error', () => incoming.socket.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  });
  const port = await listenOnLoopback(server);
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { env: { ...system.env, AUTODEPLOY_URL: `http://127.0.0.1:${port}` }, seen };
}

describe('start', () => {
  it('repeats a lost response with its key, and starts one training', async () => {
    const { env, seen } = await startNetwork((_, count) => (count <= 2 ? 'loses the response' : 'passes'));
    const result = await cli(['start', '--no-deploy', '--json'], { env });
    expect(result.code, result.stderr).toBe(0);
    expect(seen.map(({ key }) => key)).toEqual([seen[0]?.key, seen[0]?.key, seen[0]?.key]);
    expect(seen[0]?.key).toMatch(/^cli-/);
    const { training_job_name: name } = JSON.parse(result.stdout) as TrainingRunBody;
    expect(system.simulator.effects({ kind: 'training_job_created' }).map((one) => one.name)).toEqual([name]);
  });

  it('repeats what a load balancer refuses with 503', async () => {
    const { env, seen } = await startNetwork((_, count) => (count <= 3 ? 'is 503' : 'passes'));
    const result = await cli(['start', '--no-deploy'], { env });
    expect(result, result.stderr).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('the service responds 503; trying again in'),
    });
    expect(seen).toHaveLength(4);
  });
});

describe('watch', () => {
  it('survives a restart of the service', async () => {
    system.simulator.changeSettings({ trainingSeconds: 3 });
    onTestFinished(() => system.simulator.changeSettings({ trainingSeconds: 0.6 }));
    const watching = startCli(['start', 'restart-1', '-e', 'restarted', '--watch', '--timeout', '60s'], { env: system.env });
    await eventually(() => watching.output.stderr.includes('requested'));
    await system.stopApi();
    await eventually(() => watching.output.stderr.includes('No response from the service'), Boolean, { withinMs: 20_000 });
    await system.startApi();
    const result = await watching.ended;
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain('The service responds again');
    const changes = result.stderr.split('\n').filter((line) => /Z {2}/.test(line));
    expect(new Set(changes).size).toBe(changes.length);
  });

  it('polls where the service has no feed', async () => {
    const { env, seen } = await startNetwork((request) => (request.url?.startsWith('/history') ? 'is 404' : 'passes'));
    const result = await cli(['start', 'polled-1', '--no-deploy', '--watch', '--timeout', '60s'], { env });
    expect(result.code, result.stderr).toBe(0);
    expect(seen.filter(({ path }) => path.startsWith('/history'))).toHaveLength(1);
  });
});

it('an address of another program is no service, and what it says is not shown', async () => {
  const { env } = await startNetwork(() => 'is 404');
  const result = await cli(['runs'], { env });
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toContain('does not respond like this service: 404 text/html');
  expect(result.stderr).not.toContain('<h1>');
});

it.each([
  ['not an address', 'must be an address like'],
  ['ftp://127.0.0.1', 'must be an address like'],
  ['http://ana:secret-word@127.0.0.1:8006', 'without a user and a password'],
])('AUTODEPLOY_URL=%s ends with 2', async (url, words) => {
  const result = await cli(['runs'], { env: { AUTODEPLOY_URL: url } });
  expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
  expect(result.stderr).not.toContain('secret-word');
});
