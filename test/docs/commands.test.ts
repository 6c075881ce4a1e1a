import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../tools/dev/ports.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { LocalSystem } from '../dev/local-system.ts';
import { blocks, found, read, section } from './markdown.ts';

interface Run {
  deployment_status: string;
}

const documents = {
  'README.md': section(read('README.md'), 'Quick start'),
  'docs/getting-started.md': read('docs/getting-started.md'),
};
/** test/dev/start.test.ts starts the system; within `npm test` there is no other one. */
const notHere = ['npm start', 'npm test'];

let folder = '';
let system: LocalSystem;
let environment: Record<string, string> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'autodeploy-commands-'));
  const programs = join(folder, 'bin');
  mkdirSync(programs);
  copyFileSync(fileURLToPath(new URL('curl.mjs', import.meta.url)), join(programs, 'curl'));
  chmodSync(join(programs, 'curl'), 0o755);
  environment = { PATH: [programs, dirname(process.execPath), process.env['PATH']].join(':') };
  system = new LocalSystem({
    AUTODEPLOY_LOCAL_DIR: join(folder, '.local'),
    PORT: String(await freePort()),
    SIMULATOR_PORT: String(await freePort()),
    SIMULATOR_TRAINING_SECONDS: '4',
    SIMULATOR_ENDPOINT_SECONDS: '1',
    POLL_INTERVAL_SECONDS: '0.2',
    ENDPOINT_POLL_SECONDS: '0.2',
  });
  await system.printed('Stop');
});

afterAll(async () => {
  await system.program.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** As a reader types it, but for where the system is. */
async function runBlock(block: string): Promise<string> {
  const [api, redis, simulator] = await Promise.all([printedUrl('API'), printedUrl('Redis'), printedUrl('Simulator')]);
  const script = block
    .replaceAll('http://127.0.0.1:8006', api.origin)
    .replaceAll('http://127.0.0.1:8007', simulator.origin)
    .replaceAll('REDIS_PORT', redis.port);
  const { status, stdout, stderr } = spawnSync('sh', ['-euc', script], { cwd: folder, env: environment, encoding: 'utf8' });
  expect(status, `${script}\n${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

/** The address in a line that the system printed at its start. */
async function printedUrl(what: string): Promise<URL> {
  const line = new RegExp(`^(?:${what}) +(\\w+://\\S+)`);
  const url = await system.program.until(() => system.program.output.map((one) => line.exec(one)?.[1]).find(Boolean), what);
  return new URL(url);
}

const commandsOf = (text: string): string[] =>
  blocks(text, 'sh').filter((block) => !notHere.some((command) => block.startsWith(command)));

const isOver = ({ deployment_status: status }: Run): boolean => !['none', 'queued', 'in_progress'].includes(status);

describe('the commands that a reader copies', () => {
  it('work in order, and each training ends as the text says', { timeout: 240_000 }, async () => {
    const ends: string[] = [];
    for (const block of Object.values(documents).flatMap(commandsOf)) {
      const output = await runBlock(block);
      const [started] = block.includes('/bootstrap') ? found(output, /"training_job_name":"([^"]+)"/g) : [];
      if (started === undefined) continue;
      const { deployment_status: end } = await eventually(() => system.get<Run>(`/training-jobs/${started}`), isOver, {
        withinMs: 60_000,
        everyMs: 200,
        what: `the end of ${started}`,
      });
      ends.push(end);
    }
    expect(ends.length).toBeGreaterThan(4);
    expect(ends.at(-1)).toBe('rolled_back');
    expect(new Set(ends.slice(0, -1))).toEqual(new Set(['deployed']));
  });

  it.each(Object.entries(documents))('show in %s what the terminal shows', (_, text) => {
    const shown = blocks(text, '').flatMap((block) => found(block, /^\d\d:\d\d:\d\d {2}[\w-]+ +\S+ {2}(.+)$/gm));
    expect(shown.length).toBeGreaterThan(4);
    const { output } = system.program;
    expect(shown.filter((message) => !output.some((line) => line.endsWith(`  ${message}`)))).toEqual([]);
  });
});
