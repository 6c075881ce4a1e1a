import { afterEach, describe, expect, it } from 'vitest';
import { Service, type ServiceSpec, StartError } from '../../tools/dev/service.ts';
import { eventually } from '../../tools/testkit/eventually.ts';

const ctx: Service[] = [];
const lines: string[] = [];
const said: string[] = [];

afterEach(async () => {
  await Promise.all(ctx.splice(0).map((one) => one.stop(0)));
  lines.length = said.length = 0;
});

function service(source: string, more: Partial<ServiceSpec> = {}): Service {
  const spec: ServiceSpec = {
    name: 'worker-1',
    program: process.execPath,
    args: ['--input-type=module', '--eval', source],
    env: {},
    cwd: '.',
    isReady: () => Promise.resolve(lines.includes('ready')),
    stopWithinMs: 5000,
    ...more,
  };
  const one = new Service(spec, { line: (_, line) => lines.push(line), say: (_, message) => said.push(message) });
  ctx.push(one);
  return one;
}

const running = `setInterval(() => {}, 1000); console.log(process.pid); console.log('ready');`;
const pids = (): number[] => lines.map(Number).filter((pid) => !Number.isNaN(pid));

describe('Service', () => {
  it('restarts when it ends by itself', async () => {
    await service(running).start();
    process.kill(pids()[0] ?? 0, 'SIGKILL');
    await eventually(() => said.length === 2);
    expect(said).toEqual(['ended by SIGKILL; it restarts in 0.5 s', 'restarted']);
    await eventually(() => pids().length === 2);
  });

  it('does not restart when it ends before it is ready, and shows its output', async () => {
    const failure = await service(`console.error('no such table'); process.exitCode = 4;`)
      .start()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartError);
    expect(failure).toMatchObject({ message: 'worker-1 ended with code 4 while it started', output: ['no such table'] });
  });

  it('lets its program finish its work when it is stopped', async () => {
    const one = service(`process.on('SIGTERM', () => { console.log('finished'); process.exit(0); }); ${running}`);
    await one.start();
    expect(await one.stop()).toBe(false);
    expect(lines).toEqual(expect.arrayContaining(['finished', 'ended with code 0']));
    expect(said).toEqual([]);
  });

  it('kills a program that does not end', async () => {
    const one = service(`process.on('SIGTERM', () => {}); ${running}`);
    await one.start();
    expect(await one.stop(50)).toBe(true);
    expect(lines).toContain('ended by SIGKILL');
  });
});
