import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { DeploymentBody } from '../../src/api/schemas/deployment.ts';
import type { TrainingRunBody } from '../../src/api/schemas/training-run.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { requesting } from '../api/request.ts';
import { cli, type CliResult, startCli } from './run.ts';
import { type CliSystem, keys, startCliSystem } from './system.ts';

let system: CliSystem;

beforeAll(async () => {
  system = await startCliSystem();
}, 120_000);

afterAll(() => system.stop());

const run = (...args: string[]): Promise<CliResult> => cli(args, { env: system.env });
const json = <Body>({ stdout }: CliResult): Body => JSON.parse(stdout) as Body;
const lines = (text: string): string[] => text.trim().split('\n');

/** One that is live on an endpoint. */
async function deployed(name: string, endpoint: string): Promise<void> {
  const result = await run('start', name, '--endpoint', endpoint, '--watch', '--timeout', '60s');
  expect(result.code, result.stderr).toBe(0);
}

const newestDeployment = async (name: string): Promise<DeploymentBody | undefined> =>
  json<{ deployments: DeploymentBody[] }>(await run('run', name, '--json')).deployments[0];

const waitFor = (name: string, status: DeploymentBody['status']): Promise<DeploymentBody | undefined> =>
  eventually(
    () => newestDeployment(name),
    (one) => one?.status === status,
    { withinMs: 30_000, what: `${name} ${status}` },
  );

const file = (content: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'request.json'), content);
  return join(folder, 'request.json');
};

describe('start', () => {
  it('prints the name alone on stdout, and all else on stderr', async () => {
    const result = await run('start', 'start-1', '-e', 'first', '-H', 'epochs=3', '-H', 'note=a=b');
    expect(result).toEqual({
      code: 0,
      stdout: 'start-1\n',
      stderr: expect.stringContaining('Watch it: autodeploy watch start-1'),
    });
    const [call] = system.simulator.calls({ operation: 'CreateTrainingJob', name: 'start-1', withInput: true });
    expect(call?.input).toMatchObject({ HyperParameters: { epochs: '3', note: 'a=b' } });
  });

  it('watches until the model is live, with a line a change, and ends with 0', async () => {
    const result = await run('start', 'start-2', '-e', 'first', '--watch', '--timeout', '60s');
    expect(result.code, result.stderr).toBe(0);
    expect(lines(result.stdout)).toEqual([`start-2  deployed  first  ${system.url}/console/runs/start-2`]);
    expect(result.stderr).toMatch(/training +requested by ana\n(.*\n)*.*training +completed\n(.*\n)*.*deployment +deployed/);
  });

  it('lays its flags over the request of a file', async () => {
    const path = file(
      JSON.stringify({ training_job_name: 'of-the-file', endpoint_name: 'first', hyperparameters: { epochs: 1, seed: 7 } }),
    );
    const result = await run('start', 'start-3', '--request', path, '-H', 'epochs=5', '--no-deploy', '--json');
    expect(json<TrainingRunBody>(result)).toMatchObject({
      training_job_name: 'start-3',
      endpoint_name: 'first',
      auto_deploy: false,
    });
    const [call] = system.simulator.calls({ operation: 'CreateTrainingJob', name: 'start-3', withInput: true });
    expect(call?.input).toMatchObject({ HyperParameters: { epochs: '5', seed: '7' } });
  });

  it('starts one training for one --idempotency-key', async () => {
    const twice = ['start', 'start-4', '--no-deploy', '--idempotency-key', 'nightly-4'];
    expect((await run(...twice)).code).toBe(0);
    const repeated = await run(...twice);
    expect(repeated).toMatchObject({ code: 0, stdout: 'start-4\n', stderr: expect.stringContaining('was started before') });
    const conflict = await run('start', 'start-5', '--idempotency-key', 'nightly-4');
    expect(conflict).toMatchObject({ code: 1, stderr: expect.stringContaining('Leave out --idempotency-key') });
  });

  it.each([
    [
      ['start', '-e', 'no name!', '-H', 'a'.repeat(257) + '=1'],
      ['--endpoint must be', '-H aaa', 'Request id: '],
    ],
    [['start', '-H', 'epochs'], ['must be KEY=VALUE']],
    [['start', '--request', '/nowhere.json'], ['--request: /nowhere.json cannot be read']],
    [
      ['start', '--timeout', '5'],
      ['90s, 10m or 2h', 'autodeploy start --help'],
    ],
  ])('ends with 2 for %j, and names the flag', async (args, words) => {
    const result = await run(...args);
    expect(result.code, result.stderr).toBe(2);
    for (const word of words) expect(result.stderr).toContain(word);
    expect(result.stdout).toBe('');
  });

  it('names the file of a field that no flag has set', async () => {
    const path = file('{"instance_count": 0}');
    expect((await run('start', '--request', path)).stderr).toContain(`instance_count in ${path} must be at least 1`);
    expect((await run('start', '--request', file('[]'))).stderr).toContain('must hold a JSON object');
    expect((await run('start', '--request', file('{'))).stderr).toContain('is no JSON');
  });
});

describe('watch', () => {
  it('ends with 3 when the training failed, and says what to try', async () => {
    system.simulator.changeSettings({ trainingSeconds: 60 });
    onTestFinished(() => system.simulator.changeSettings({ trainingSeconds: 0.6 }));
    await run('start', 'fails-1', '-e', 'second');
    const watching = run('watch', 'fails-1', '--timeout', '60s');
    await requesting(system.simulator.url)('POST', '/_control/training-jobs/fails-1/fail', {
      json: { reason: 'loss is \u001b[31mNaN' },
    });
    const result = await watching;
    expect(result.code, result.stderr).toBe(3);
    expect(result.stdout).toMatch(/^fails-1 {2}failed /);
    expect(result.stderr).toContain('then start another run');
    expect(result.stderr).not.toContain('\u001b');
  });

  it('ends with 8 at --timeout, and with 130 at Ctrl-C, and the training continues', async () => {
    system.simulator.changeSettings({ trainingSeconds: 60 });
    onTestFinished(() => system.simulator.changeSettings({ trainingSeconds: 0.6 }));
    await run('start', 'slow-1', '--no-deploy');
    const late = await run('watch', 'slow-1', '--timeout', '1s');
    expect(late).toMatchObject({ code: 8, stderr: expect.stringContaining('Not over after 1.0 s. The run continues') });
    const watching = startCli(['watch', 'slow-1'], { env: system.env });
    await eventually(() => watching.output.stderr.includes('requested'));
    watching.interrupt();
    const interrupted = await watching.ended;
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toContain('`autodeploy watch slow-1` shows it again');
    expect(json<TrainingRunBody>(await run('run', 'slow-1', '--json')).status).toBe('training');
    const stopped = await run('stop', 'slow-1', '--yes');
    expect(stopped, stopped.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('slow-1') });
    expect((await run('watch', 'slow-1', '--timeout', '60s')).code).toBe(3);
  });

  it('ends with 5 when a gate turned the deployment down', async () => {
    const result = await run('start', 'gated-1', '-e', 'gated', '--watch', '--timeout', '60s');
    expect(result.code, result.stderr).toBe(5);
    expect(result.stdout).toMatch(/^gated-1 {2}rejected /);
  });

  it('ends with 6 when a newer training went live first', async () => {
    await deployed('held-0', 'held');
    expect((await run('hold', 'held', '--reason', 'the report runs')).stdout).toBe('held  held\n');
    await run('start', 'held-1', '-e', 'held');
    await waitFor('held-1', 'queued');
    const watching = run('watch', 'held-1', '--timeout', '60s');
    await run('start', 'held-2', '-e', 'held');
    await waitFor('held-2', 'queued');
    expect((await run('release', 'held')).stdout).toBe('held  not held\n');
    const result = await watching;
    expect(result.code, result.stderr).toBe(6);
  });

  it('writes with --json a line for each change, and one for the end', async () => {
    const result = await run('start', 'lines-1', '--no-deploy', '--watch', '--json', '--timeout', '60s');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const documents = lines(result.stdout).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(documents.length).toBeGreaterThan(2);
    expect(documents.slice(0, -1).every((one) => typeof one['id'] === 'number' && one['subject'] === 'training')).toBe(true);
    expect(documents.at(-1)).toMatchObject({
      outcome: 'completed',
      exit_code: 0,
      run: { training_job_name: 'lines-1' },
      deployment: null,
    });
  });
});

describe('approve, reject and abort', () => {
  it('decide about a deployment by its id, or by the name of its training', async () => {
    for (const name of ['approved-1', 'approved-2', 'approved-3']) {
      await run('start', name, '-e', 'approved');
      await waitFor(name, 'awaiting_approval');
    }
    const { deployment_id: id } = (await newestDeployment('approved-1')) ?? {};
    const refused = await run('reject', id ?? '', '--reason', 'worse');
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Add --yes') });
    const rejected = await run('reject', id ?? '', '--reason', 'worse', '--yes');
    expect(rejected, rejected.stderr).toMatchObject({ code: 0, stdout: `${id}  approved-1  rejected  approved\n` });
    const aborted = await run('abort', 'approved-2', '--reason', 'the wrong data', '--yes', '--json');
    expect(json<DeploymentBody>(aborted)).toMatchObject({ status: 'rejected', training_job_name: 'approved-2' });
    expect((await run('approve', 'approved-3', '--reason', 'better')).code).toBe(0);
    expect((await run('watch', 'approved-3', '--timeout', '60s')).code).toBe(0);
    const over = await run('approve', 'approved-3');
    expect(over).toMatchObject({ code: 1, stderr: expect.stringContaining('no deployment that waits or is in progress') });
  });
});

describe('rollback', () => {
  it('shows current and target, needs --yes without a terminal, and goes back', async () => {
    await deployed('back-1', 'back');
    await deployed('back-2', 'back');
    const refused = await run('rollback', 'back', '--reason', 'worse');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/current {2}back-2 .*\ntarget +back-1 /);
    expect(refused.stderr).toContain("This can't be undone");
    const result = await run('rollback', 'back', '--reason', 'worse', '--yes', '--watch', '--timeout', '60s');
    expect(result.code, result.stderr).toBe(0);
    const shown = json<{ live: DeploymentBody; held: object }>(await run('endpoint', 'back', '--json'));
    expect(shown).toMatchObject({
      live: { training_job_name: 'back-1', trigger: 'rollback', reason: 'worse' },
      held: { by: 'ana' },
    });
    expect((await run('endpoint', 'back')).stdout).toMatch(/live +back-1\n(.*\n)*held +since/);
    const forced = await run(
      'deploy',
      'back-2',
      '--force',
      '--reason',
      'it was not the model',
      '--yes',
      '--watch',
      '--timeout',
      '60s',
    );
    expect(forced.code, forced.stderr).toBe(0);
    const older = await run('deploy', 'back-1');
    expect(older, older.stderr).toMatchObject({ code: 1, stderr: expect.stringContaining('--force') });
    expect((await run('deploy', 'back-1', '--force')).code).toBe(2);
  });

  it('ends with 1 where there is nothing to go back to', async () => {
    await deployed('alone-1', 'alone');
    const result = await run('rollback', 'alone', '--reason', 'worse', '--yes');
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('autodeploy endpoint ENDPOINT') });
  });
});

describe('lists', () => {
  it('have one JSON document each, and tables for people', async () => {
    expect(
      json<{ items: unknown[] }>(await run('runs', '--endpoint', 'first', '--since', '1h', '--json')).items.length,
    ).toBeGreaterThan(1);
    expect((await run('runs', '--status', 'failed')).stdout).toMatch(
      /^NAME +STATUS +DEPLOYMENT +STARTED +ENDPOINT\nfails-1 +failed/,
    );
    expect(json<{ items: object[] }>(await run('endpoints', '--json')).items).toContainEqual(
      expect.objectContaining({ endpoint_name: 'back' }),
    );
    expect((await run('endpoints')).stdout).toMatch(/^back +back-/m);
    expect((await run('runs', '--name', 'no-such')).stderr).toBe('No run\n');
  });

  it('show a run with the sentence that says where it stands', async () => {
    const { stdout } = await run('run', 'fails-1');
    expect(stdout).toMatch(/^status +failed$/m);
    expect(stdout).toContain('The training failed at ');
  });

  it('refuse a status that does not exist with 2', async () => {
    expect(await run('runs', '--status', 'done')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--status must be one of'),
    });
  });
});

describe('history', () => {
  it('shows the newest entries of one run, and of all', async () => {
    const all = json<{ items: { id: number }[]; last_id: number }>(await run('history', '-n', '5', '--json'));
    expect(all.items).toHaveLength(5);
    expect(all.items.at(-1)?.id).toBe(all.last_id);
    const of = await run('history', 'fails-1', '-n', '1');
    expect(lines(of.stdout)).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ {2}training +failed: loss is/)]);
  });

  it('follows all runs with -f until Ctrl-C', async () => {
    const following = startCli(['history', '-f', '-n', '0', '--json'], { env: system.env });
    await run('start', 'followed-1', '--no-deploy');
    const seen = (): { training_job_name: string; to: string }[] =>
      following.output.stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { training_job_name: string; to: string });
    await eventually(() => seen().some((one) => one.training_job_name === 'followed-1' && one.to === 'completed'), Boolean, {
      withinMs: 30_000,
    });
    following.interrupt();
    expect((await following.ended).code).toBe(130);
  });
});

describe('keys', () => {
  const withKey = (key: string, ...args: string[]): Promise<CliResult> =>
    cli(args, { env: { ...system.env, AUTODEPLOY_API_KEY: key } });

  it.each([
    ['', 'Set AUTODEPLOY_API_KEY'],
    ['another-key-entirely-1', "is none of the service's"],
  ])('end with 4 for %j', async (key, hint) => {
    const result = await withKey(key, 'runs');
    expect(result).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining(hint) });
    if (key !== '') expect(result.stderr).not.toContain(key);
  });

  it('end with 4 where their role is too small', async () => {
    expect((await withKey(keys.rolf, 'runs')).code).toBe(0);
    const result = await withKey(keys.rolf, 'start');
    expect(result).toMatchObject({ code: 4, stderr: expect.stringContaining('has the role read') });
  });

  it('are read from a file', async () => {
    const path = file(`${keys.ana}\n`);
    expect((await cli(['runs'], { env: { AUTODEPLOY_URL: system.url, AUTODEPLOY_API_KEY_FILE: path } })).code).toBe(0);
    const none = await cli(['runs'], { env: { AUTODEPLOY_URL: system.url, AUTODEPLOY_API_KEY_FILE: '/nowhere' } });
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('AUTODEPLOY_API_KEY_FILE names /nowhere') });
  });
});

describe('open', () => {
  it('prints the page of the console, of a run and of an endpoint', async () => {
    expect((await run('open')).stdout).toBe(`${system.url}/console\n`);
    expect((await run('open', 'fails-1')).stdout).toBe(`${system.url}/console/runs/fails-1\n`);
    expect(json(await run('open', 'back', '--json'))).toEqual({ url: `${system.url}/console/endpoints/back` });
    expect((await run('open', 'no-such')).code).toBe(1);
  });
});

describe('doctor', () => {
  it('finds a system that works, with the role of the key', async () => {
    const result = await run('doctor', '--json');
    const { checks } = json<{ checks: { name: string; status: string; detail: string }[] }>(result);
    expect(
      checks.filter(({ status }) => status === 'failed'),
      result.stdout,
    ).toEqual([]);
    expect(result.code).toBe(0);
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'address',
        'key',
        'clock',
        'versions',
        'redis',
        'database',
        'workers',
        'oldest waiting job',
        'event path',
        'change feed',
        'history feed',
      ]),
    );
    expect(checks.find(({ name }) => name === 'key')?.detail).toContain('approve');
    const reading = await cli(['doctor'], { env: { ...system.env, AUTODEPLOY_API_KEY: keys.rolf } });
    expect(reading.stdout).toMatch(/^ok +key +AUTODEPLOY_API_KEY is rolf with the role read$/m);
  });

  it('ends with 1 for an address without a service, and for a wrong key', async () => {
    const nowhere = await cli(['doctor'], { env: { AUTODEPLOY_URL: 'http://127.0.0.1:2' } });
    expect(nowhere).toMatchObject({ code: 1, stdout: expect.stringMatching(/^failed +address/) });
    const wrong = await cli(['doctor'], { env: { AUTODEPLOY_URL: system.url, AUTODEPLOY_API_KEY: 'another-key-entirely-2' } });
    expect(wrong).toMatchObject({ code: 1, stdout: expect.stringMatching(/^failed +key/m) });
  });
});

it('errors are one JSON line on stderr with --json', async () => {
  const result = await run('run', 'no-such', '--json');
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(JSON.parse(result.stderr)).toMatchObject({ error: { code: 'not_found', exit_code: 1, request_id: expect.any(String) } });
});
