/** clients/python and the examples that use it, by this machine's python3, against an API, a worker and the simulator. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from 'sagemaker-simulator';
import { requirePython } from '../../scripts/setup/find-python.mjs';
import { freePort } from '../../tools/dev/ports.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { type Program, startProgram } from '../../tools/testkit/processes.ts';
import { redisUrl } from '../../tools/testkit/redis.ts';
import { blocks, read, root, section } from '../docs/markdown.ts';

const python = requirePython();

/** On a machine whose other tests take all of its time. */
const startWithinMs = 60_000;
const keys = { operate: 'operate-key-of-the-test', approve: 'approve-key-of-the-test' };
const folder = mkdtempSync(join(tmpdir(), 'autodeploy-python-'));
const url = `http://127.0.0.1:${await freePort()}`;
let simulator: Simulator;
let serviceEnv: Record<string, string>;
let api: Program;

/** Each test module of Python, with its folder. */
const modules = globSync(['clients/python/test_*.py', 'examples/*/test_*.py'], { cwd: root }).map((path) => [
  dirname(path),
  basename(path, '.py'),
]);

/** Endpoints whose policies the tests expect. */
const delivery = {
  endpoints: {
    'py-gated': { delivery: { gate: { rules: [{ metric: 'validation:accuracy', at_least: 0.8 }] } } },
    'py-approved': { delivery: { approval: { required: 'always' } } },
  },
};

async function startApi(): Promise<Program> {
  const program = startProgram(['src/api/main.ts'], serviceEnv);
  await program.logged(({ event }) => event === 'process.listening', startWithinMs);
  return program;
}

beforeAll(async () => {
  simulator = await createSimulator({
    settings: { trainingSeconds: 600, endpointCreateSeconds: 0.2, endpointUpdateSeconds: 0.2 },
  });
  const deliveryFile = join(folder, 'delivery.json');
  writeFileSync(deliveryFile, JSON.stringify(delivery));
  serviceEnv = {
    PORT: new URL(url).port,
    REDIS_URL: redisUrl(),
    QUEUE_PREFIX: `{python-${randomUUID()}}`,
    DATABASE_URL: `file:${folder}/autodeploy.db`,
    DELIVERY_FILE: deliveryFile,
    API_KEYS: `otto:operate:${keys.operate},paula:approve:${keys.approve}`,
    EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/SageMakerRole',
    TRAINING_IMAGE: 'registry/train:1',
    MODEL_OUTPUT_S3_URI: 's3://models/out/',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: simulator.url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'the-secret-access-key',
    POLL_INTERVAL_SECONDS: '0.2',
    ENDPOINT_POLL_SECONDS: '0.2',
  };
  api = await startApi();
  await startProgram(['src/worker/main.ts'], serviceEnv).logged(({ event }) => event === 'worker.ready', startWithinMs);
}, 2 * startWithinMs);

afterAll(async () => {
  await simulator?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

interface Ended {
  code: number | null;
  output: string;
}

/** Runs Python in a folder of the repository, with the service's address; `output` is that of stdout and stderr. */
function runPython(args: readonly string[], place: string): { ended: Promise<Ended>; output: () => string } {
  const child = spawn(python, args, {
    cwd: join(root, place),
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      LANG: 'C.UTF-8',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONPATH: join(root, 'clients/python'),
      AUTODEPLOY_URL: url,
      AUTODEPLOY_API_KEY: keys.operate,
      TEST_SIMULATOR_URL: simulator.url,
      TEST_OPERATE_KEY: keys.operate,
      TEST_APPROVE_KEY: keys.approve,
      TEST_TLS_FOLDER: join(root, 'test/fixtures/tls'),
      TEST_FOLDER: folder,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, output: text })));
  return { ended, output: () => text };
}

describe('python3', { timeout: 240_000 }, () => {
  it.concurrent.each(modules)('in %s passes %s', async (place, module) => {
    const { code, output } = await runPython(['-W', 'error', '-m', 'unittest', module], place).ended;
    expect(code, output).toBe(0);
    expect(output).toMatch(/^Ran [1-9]\d* tests? in .*\n\nOK$/m);
  });

  it('waits over a kill of the API, and over the time until it is back', async () => {
    const script = [
      'import autodeploy',
      "run = autodeploy.Client().start('py-restart', endpoint_name='py-restart')",
      "print(run.wait(timeout='90s', progress=True).deployment_status)",
    ];
    const waiting = runPython(['-c', script.join('\n')], 'clients/python');
    await eventually(waiting.output, (text) => text.includes('in training'), { withinMs: 60_000, what: 'that it waits' });
    await api.kill();
    await fetch(`${simulator.url}/_control/training-jobs/py-restart/complete`, { method: 'POST', body: '{}' });
    api = await startApi();
    const { code, output } = await waiting.ended;
    expect({ code, last: output.trim().split('\n').at(-1) }, output).toEqual({ code: 0, last: 'deployed' });
  });

  it('runs what clients/python/README.md shows, in its order', async () => {
    simulator.changeSettings({ trainingSeconds: 0.5 });
    const text = read('clients/python/README.md');
    const notebook = blocks(section(text, 'In a notebook'), 'python');
    const script = blocks(section(text, 'In a script'), 'python');
    const [first = ''] = notebook;
    // There is something to go back to, and the run that the script starts under a name of its own goes live, too.
    const session = [first, ...notebook, ...script, 'print(run.deployment_status)'].join('\n');
    const { code, output } = await runPython(['-W', 'error', '-c', session], 'clients/python').ended;
    expect({ code, last: output.trim().split('\n').at(-1) }, output).toEqual({ code: 0, last: 'deployed' });
  });
});
