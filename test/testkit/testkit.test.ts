import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { startProgram } from '../../tools/testkit/processes.ts';
import { redisUrl, startRedis } from '../../tools/testkit/redis.ts';

/** What Redis answers to inline commands, as it is written on the wire. */
function ask(url: string, ...commands: string[]): Promise<string> {
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

describe('Redis', () => {
  it('is shared by the test files', async () => {
    expect(await ask(redisUrl(), 'PING')).toContain('+PONG');
  });

  it('can be a server of the test, and goes on after a kill', async () => {
    const first = await startRedis({ appendonly: true });
    await ask(first.url, 'CONFIG SET appendfsync always', 'SET run started');
    await first.kill();
    const second = await startRedis({ port: first.port, dir: first.dir, appendonly: true });
    expect(await ask(second.url, 'GET run')).toContain('started');
    await second.stop();
    expect(isAlive(second.pid)).toBe(false);
  });
});

describe('programs', () => {
  it('are waited for by their log lines, and stopped', async () => {
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

  it('are killed when they do not heed SIGTERM', async () => {
    const child = program(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('{"msg":"ready"}');`);
    await child.logged(({ msg }) => msg === 'ready');
    expect(await child.stop(50)).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('that end early fail the wait, with their output', async () => {
    const child = program(`console.error('no such table'); process.exitCode = 4;`);
    await expect(child.logged(({ msg }) => msg === 'ready')).rejects.toThrow(/"code":4.*no such table/s);
  });

  it('end when the process that started them is killed', async () => {
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
  it('answers with what holds', async () => {
    let observations = 0;
    expect(
      await eventually(
        () => (observations += 1),
        (seen) => seen === 3,
        { everyMs: 1 },
      ),
    ).toBe(3);
  });

  it('shows what it saw last, be it an error', async () => {
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

it('finds a free port', async () => {
  expect(await freePort()).toBeGreaterThan(1023);
});
