import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { toSummary } from '../../action/to-summary.mjs';
import { startOnTerminal, type Terminal } from '../../tools/testkit/terminal.ts';
import { buildCli, machineNode } from './build.ts';
import { cli } from './run.ts';
import { type CliSystem, keys, startCliSystem } from './system.ts';

let system: CliSystem;
let program: string;

beforeAll(async () => {
  program = buildCli();
  system = await startCliSystem();
}, 120_000);

afterAll(async () => {
  await system.stop();
  rmSync(dirname(program), { recursive: true, force: true });
});

function onTerminal(
  args: readonly string[],
  { columns = 80, env = {} }: { columns?: number; env?: Record<string, string> } = {},
): Terminal {
  const terminal = startOnTerminal([machineNode, program, ...args], { env: { ...system.env, ...env }, columns, rows: 24 });
  onTestFinished(() => terminal.kill());
  return terminal;
}

/** Until the test ends, trainings take so long. */
function trainingSeconds(seconds: number): void {
  system.simulator.changeSettings({ trainingSeconds: seconds });
  onTestFinished(() => system.simulator.changeSettings({ trainingSeconds: 0.6 }));
}

const written = ({ pieces }: Terminal): string => pieces.map(({ text }) => text).join('');

describe('on a terminal, watch', () => {
  it('shows one view that changes in place, and ends with the data on the last line', async () => {
    const terminal = onTerminal(['start', 'live-1', '-e', 'live', '--watch'], { columns: 100 });
    expect(await terminal.exited, terminal.screen.text).toBe(0);
    const { lines } = terminal.screen;
    expect(lines.filter((line) => line.startsWith('Training '))).toEqual([expect.stringMatching(/^Training +completed/)]);
    expect(lines).toContainEqual(expect.stringMatching(/^Deployment +deployed/));
    expect(lines).toContainEqual(expect.stringContaining('✓ model   ✓ endpoint configuration   ✓ endpoint   ✓ in service'));
    expect(lines.at(-1)).toBe(`live-1  deployed  live  ${system.url}/console/runs/live-1`);
    // Each frame is written at once, and nothing is erased before what replaces it.
    expect(written(terminal)).not.toContain('\u001b[2J');
  });

  it('fits 40 columns, and follows the terminal when it is resized', async () => {
    trainingSeconds(30);
    const terminal = onTerminal(['start', 'narrow-1', '-e', 'live', '--watch'], { columns: 90 });
    await terminal.shows(/^narrow-1 → live$[\s\S]*● Starting {3}○ Downloading/m);
    await terminal.resize(40, 24);
    await terminal.shows(/^ {2}● \w+ {3}○ \w+$/m);
    await terminal.resize(60, 24);
    await terminal.shows(/^ {12}[✓●] Starting {3}[○●✓] Downloading {3}[○●✓] Training$/m);
    const { lines } = terminal.screen;
    expect(
      lines.filter((line) => line.startsWith('Training ')),
      terminal.screen.text,
    ).toHaveLength(1);
    expect(
      lines.filter((line) => line === 'narrow-1 → live'),
      terminal.screen.text,
    ).toHaveLength(1);
    terminal.type('\u0003');
    expect(await terminal.exited).toBe(130);
    expect(terminal.screen.lines.join('')).toContain('The run continues: `autodeploy watch narrow-1` shows it again');
  });

  it.each<Record<string, string>>([{ AUTODEPLOY_ACCESSIBLE: '1' }, { TERM: 'dumb' }])(
    'writes a line a change with %j',
    async (env) => {
      const name = `plain-${Object.keys(env)[0]?.length}`;
      const terminal = onTerminal(['start', name, '--no-deploy', '--watch'], { env });
      expect(await terminal.exited).toBe(0);
      expect(terminal.screen.lines).toContainEqual(expect.stringMatching(/Z {2}training {4}completed$/));
      expect(written(terminal)).not.toContain('\u001b[');
    },
  );

  it('uses no colors with NO_COLOR', async () => {
    const colored = onTerminal(['runs']);
    expect(await colored.exited).toBe(0);
    expect(written(colored)).toContain('\u001b[32m');
    const plain = onTerminal(['runs'], { env: { NO_COLOR: '1' } });
    expect(await plain.exited).toBe(0);
    expect(written(plain)).not.toContain('\u001b[');
  });
});

describe('on a terminal, what cannot be undone', () => {
  it('is done after y, and left after anything else, the end of the input and Ctrl-C', async () => {
    trainingSeconds(30);
    await cli(['start', 'stopped-1', '--no-deploy'], { env: system.env });
    for (const [typed, code] of [
      ['n\n', 1],
      ['\u0004', 1],
      ['\u0003', 130],
      ['y\n', 0],
    ] as const) {
      const terminal = onTerminal(['stop', 'stopped-1']);
      await terminal.shows(/Stop the training stopped-1\?.*\[y\/N\]/);
      terminal.type(typed);
      expect(await terminal.exited, `${JSON.stringify(typed)}: ${terminal.screen.text}`).toBe(code);
      if (code !== 0) expect(terminal.screen.lines.join('')).toContain('Nothing was changed');
    }
    expect((await cli(['watch', 'stopped-1', '--timeout', '60s'], { env: system.env })).code).toBe(3);
  });
});

describe('the GitHub Action', () => {
  interface ActionRun {
    code: number | null;
    log: string;
    outputs: Record<string, string>;
    summary: string;
  }

  /** As a runner starts it: https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax. */
  async function runAction(inputs: Record<string, string>): Promise<ActionRun> {
    const folder = mkdtempSync(join(tmpdir(), 'autodeploy-action-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary') };
    for (const path of Object.values(files)) writeFileSync(path, '');
    const env = {
      PATH: process.env['PATH'],
      ...files,
      AUTODEPLOY_PROGRAM: program,
      GITHUB_REPOSITORY: 'ml/models',
      GITHUB_WORKFLOW: 'nightly',
      GITHUB_RUN_ID: '77',
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    };
    // A shell between them would drop variables with a hyphen in their names.
    const { code, log } = await new Promise<{ code: number | null; log: string }>((resolve) => {
      const action = execFile(process.execPath, ['action/main.mjs'], { env }, (_, stdout, stderr) =>
        resolve({ code: action.exitCode, log: stdout + stderr }),
      );
    });
    const outputs = readFileSync(files.GITHUB_OUTPUT, 'utf8')
      .trim()
      .split('\n')
      .map((line) => /^([\w-]+)=(.*)$/.exec(line)?.slice(1) ?? []);
    return {
      code,
      log,
      outputs: Object.fromEntries(outputs),
      summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
    };
  }

  const service = () => ({ url: system.url, 'api-key': keys.ana, timeout: '60s' });

  it('starts a training, waits until it is live, and writes outputs and a summary', async () => {
    const { code, log, outputs, summary } = await runAction({
      ...service(),
      name: 'action-1',
      endpoint: 'actions',
      hyperparameters: 'epochs=3\n seed=7\n',
    });
    expect(code, log).toBe(0);
    expect(outputs).toEqual({
      name: 'action-1',
      'deployment-id': expect.stringMatching(/^[\da-f-]{36}$/),
      status: 'deployed',
      url: `${system.url}/console/runs/action-1`,
    });
    expect(summary).toMatch(/^### ✅ action-1: deployed\n/);
    expect(summary).toContain('| deployment | deployed |');
    expect(log).toMatch(/Z {2}training {2}completed/);
    const run = await cli(['run', 'action-1', '--json'], { env: system.env });
    expect(JSON.parse(run.stdout)).toMatchObject({
      history: expect.arrayContaining([expect.objectContaining({ reason: 'ml/models: nightly 77' })]),
    });
  });

  it('fails with the exit code of the program, and an annotation that says why', async () => {
    const gated = await runAction({ ...service(), name: 'action-2', endpoint: 'gated' });
    expect(gated, gated.log).toMatchObject({ code: 5, outputs: { status: 'rejected' }, summary: expect.stringContaining('❌') });
    expect(gated.log).toMatch(/^::error::action-2 is rejected: /m);
    const missing = await runAction({ ...service(), command: 'watch', name: 'no-such' });
    expect(missing).toMatchObject({ code: 1, log: expect.stringContaining('::error::There is no training run named no-such') });
    const refused = await runAction({ ...service(), 'api-key': 'another-key-entirely-3' });
    expect(refused).toMatchObject({ code: 4, log: expect.not.stringContaining('another-key') });
  });

  it.each([
    [{ command: 'delete' }, 'it must be one of start, deploy, watch, rollback'],
    [{ url: '' }, 'url is missing'],
    [{ command: 'deploy' }, 'name is missing'],
    [{ name: '--yes' }, 'name must not begin with a hyphen'],
    [{ wait: 'yes' }, 'wait must be true or false'],
    [{ hyperparameters: 'epochs' }, 'each must be KEY=VALUE'],
  ])('refuses %j', async (inputs, words) => {
    expect(await runAction({ ...service(), ...inputs })).toMatchObject({ code: 1, log: expect.stringContaining(words) });
  });

  it('has the inputs and outputs of action.yml', () => {
    const text = readFileSync('action.yml', 'utf8');
    const code = readFileSync('action/main.mjs', 'utf8') + readFileSync('action/to-arguments.mjs', 'utf8');
    const { inputs, outputs } = parse(text) as { inputs: object; outputs: object };
    const read = [...code.matchAll(/input\('([\w-]+)'\)/g)].map(([, name = '']) => name);
    expect(new Set([...read, 'wait', 'force'])).toEqual(new Set(Object.keys(inputs)));
    expect(Object.keys(toSummary({ last: null, history: [], url: '', command: 'start' }).outputs)).toEqual(Object.keys(outputs));
  });

  it('lets no text of the service become Markdown', () => {
    const last = {
      outcome: 'failed',
      run: { training_job_name: 'a', endpoint_name: 'b', failure_reason: '<img src=x> | [x](y)\n# z' },
      deployment: null,
    };
    const { markdown, outputs } = toSummary({ last, history: [], url: 'http://s', command: 'start' });
    expect(markdown).toContain(String.raw`\<img src=x\> \| \[x\](y) # z`);
    expect(outputs.status).toBe('failed');
  });
});
