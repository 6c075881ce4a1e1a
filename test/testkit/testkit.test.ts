import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { startProgram } from '../../tools/testkit/processes.ts';
import { redisUrl, startRedis } from '../../tools/testkit/redis.ts';

/** Redis's response to inline commands, as on the wire. */
function sendCommands(url: string, ...commands: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let response = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (response += chunk));
    socket.on('error', reject).on('close', () => resolve(response));
    socket.write([...commands, 'QUIT', ''].join('\r\n'));
  });
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const program = (source: string) => startProgram(['--input-type=module', '--eval', source]);

describe('startRedis and redisUrl', () => {
  it('share one server between the test files', async () => {
    expect(await sendCommands(redisUrl(), 'PING')).toContain('+PONG');
  });

  it('start a server of the test, which continues after a kill with what it wrote', async () => {
    const first = await startRedis({ appendonly: true });
    await sendCommands(first.url, 'CONFIG SET appendfsync always', 'SET run started');
    await first.kill();
    const second = await startRedis({ port: first.port, dir: first.dir, appendonly: true });
    expect(await sendCommands(second.url, 'GET run')).toContain('started');
    await second.stop();
    expect(isAlive(second.pid)).toBe(false);
  });
});

describe('startProgram', () => {
  it('waits for a log line, and stops its program', async () => {
    const child = program(`
      process.on('SIGTERM', () => process.exit(3));
      setInterval(() => {}, 1000);
      console.log('no JSON');
      console.log(JSON.stringify({ msg: 'ready', path: typeof process.env.PATH, secret: process.env.AWS_PROFILE }));
    `);
    expect(await child.logged(({ msg }) => msg === 'ready')).toEqual({ msg: 'ready', path: 'string' });
    expect(child.log).toHaveLength(1);
    expect(await child.stop()).toEqual({ code: 3, signal: null });
  });

  it('kills a program that does not end on SIGTERM', async () => {
    const child = program(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('{"msg":"ready"}');`);
    await child.logged(({ msg }) => msg === 'ready');
    expect(await child.stop(50)).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('rejects the wait with the output of a program that ends early', async () => {
    const child = program(`console.error('no such table'); process.exitCode = 4;`);
    await expect(child.logged(({ msg }) => msg === 'ready')).rejects.toThrow(/"code":4.*no such table/s);
  });

  it('ends its program when the process that started it is killed', async () => {
    const child = program(`
      import { spawnBound } from '${process.cwd()}/tools/dev/child-process.ts';
      const { pid } = spawnBound(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { env: process.env, cwd: '.' });
      console.log(JSON.stringify({ msg: 'started', pid }));
    `);
    const { pid } = await child.logged(({ msg }) => msg === 'started');
    await child.kill();
    const alive = await eventually(
      () => isAlive(Number(pid)),
      (seen) => !seen,
    );
    expect(alive).toBe(false);
  });
});

describe('eventually', () => {
  it('returns the first value that holds', async () => {
    let observations = 0;
    expect(
      await eventually(
        () => (observations += 1),
        (seen) => seen === 3,
        { everyMs: 1 },
      ),
    ).toBe(3);
  });

  it('rejects with the last value or error', async () => {
    const limits = { withinMs: 20, everyMs: 1, what: 'the endpoint' };
    await expect(
      eventually(
        () => ({ status: 'Creating' }),
        () => false,
        limits,
      ),
    ).rejects.toThrow(/the endpoint .*20 ms.*'Creating'/s);
    await expect(eventually(() => Promise.reject(new Error('away')), undefined, limits)).rejects.toThrow(/away/);
  });
});

it('freePort returns a port', async () => {
  expect(await freePort()).toBeGreaterThan(1023);
});
