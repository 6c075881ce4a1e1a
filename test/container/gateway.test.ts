import { createServer } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { listenOnLoopback } from '../../tools/testkit/loopback.ts';
import { startProgram } from '../../tools/testkit/processes.ts';

/** An API process as far as the gateway sees it. */
async function startApi(name: string) {
  const state = { isReady: true };
  const server = createServer((request, response) => {
    const status = request.url === '/health/ready' && !state.isReady ? 503 : 200;
    response.writeHead(status).end(name);
  });
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return { state, close, target: `127.0.0.1:${await listenOnLoopback(server)}` };
}

async function startGateway(...targets: string[]) {
  const env = { GATEWAY_TARGETS: targets.join(','), GATEWAY_HOST: '127.0.0.1', GATEWAY_PORT: '0' };
  const program = startProgram(['scripts/container/gateway.mjs'], env);
  const { port } = await program.logged(({ msg }) => msg === 'listening');
  await program.logged(({ msg }) => msg === 'targets changed');
  const ask = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${Number(port)}/`, { headers: { connection: 'close' } })).text();
  /** Who responds to so many requests. */
  const who = async (requests: number): Promise<string[]> => {
    const names = new Set<string>();
    for (let index = 0; index < requests; index += 1) names.add(await ask());
    return [...names].toSorted();
  };
  return { program, port: Number(port), who };
}

describe('scripts/container/gateway.mjs', () => {
  it('spreads connections over the API processes that are ready', async () => {
    const [one, two] = [await startApi('one'), await startApi('two')];
    const { who } = await startGateway(one.target, two.target);
    expect(await who(4)).toEqual(['one', 'two']);
    one.state.isReady = false;
    await eventually(
      () => who(4),
      (names) => names.join() === 'two',
    );
    one.state.isReady = true;
    await eventually(
      () => who(4),
      (names) => names.length === 2,
    );
  });

  it('continues with the others when one ends, and uses those that are not ready where none is', async () => {
    const [one, two] = [await startApi('one'), await startApi('two')];
    const { who } = await startGateway(one.target, two.target);
    one.close();
    expect(await who(4)).toEqual(['two']);
    two.state.isReady = false;
    await eventually(
      () => who(2),
      (names) => names.join() === 'two',
    );
  });

  it('closes a connection where no target is, and ends with 0 on SIGTERM', async () => {
    const { program, port } = await startGateway('127.0.0.1:9');
    const closed = Promise.withResolvers<void>();
    connect(port, '127.0.0.1')
      .on('close', () => closed.resolve())
      .on('error', () => {});
    await closed.promise;
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  });
});
