import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createClient, training } from './harness.ts';
import { startProgram } from './program.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sagemaker-simulator-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a killed simulator loses nothing that a client knows of', async () => {
  const env = { SIMULATOR_STATE_FILE: join(temporaryFolder(), 'state.jsonl') };
  const first = startProgram(env);
  const before = createClient(await first.url());
  await before.createTrainingJob(training('job'));
  const fault = JSON.stringify({ kind: 'throttle', times: 2 });
  await fetch(`${await first.url()}/_control/faults`, { method: 'POST', body: fault });
  await before.listEndpoints().catch(() => {});
  first.kill('SIGKILL');
  expect(await first.ended).toBe('SIGKILL');

  const second = startProgram(env);
  const url = await second.url();
  const { faults } = (await (await fetch(`${url}/_control/faults`)).json()) as { faults: unknown[] };
  expect(faults).toEqual([expect.objectContaining({ kind: 'throttle', times: 2, injected: 1 })]);
  await fetch(`${url}/_control/faults`, { method: 'DELETE' });
  expect((await createClient(url).describeTrainingJob({ TrainingJobName: 'job' })).TrainingJobStatus).toBe('InProgress');
});

test('SIGTERM ends it, whatever is open', async () => {
  const program = startProgram();
  const url = await program.url();
  await fetch(`${url}/_control/faults`, { method: 'POST', body: JSON.stringify({ kind: 'hang' }) });
  const hanging = createClient(url)
    .listEndpoints()
    .catch((error: unknown) => error);
  program.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  expect(await hanging).toBeInstanceOf(Error);
  expect(program.output()).toContain('SageMaker simulator stops');
});

test('each invalid variable is named, and the exit code is that of a wrong configuration', async () => {
  const program = startProgram({ SIMULATOR_PORT: 'http', SIMULATOR_ACCOUNT_ID: '12' });
  expect(await program.ended).toBe(78);
  expect(program.output().trim().split('\n')).toEqual([
    'SIMULATOR_PORT is "http": must be a number, 0 or more',
    'SIMULATOR_ACCOUNT_ID is "12": must be 12 digits',
  ]);
});

test('a port that is taken is an error, and the exit code is 1', async () => {
  const { port } = new URL(await startProgram().url());
  const second = startProgram({ SIMULATOR_PORT: port });
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain('EADDRINUSE');
});
