import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { createSimulator, type Simulator, type SettingsPatch } from 'sagemaker-simulator';
import { type Ask, requesting } from '../api/request.ts';
import { image, role } from '../../tools/testkit/simulator.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { type Program, startProgram } from '../../tools/testkit/processes.ts';
import { redisUrl } from '../../tools/testkit/redis.ts';

export interface System {
  simulator: Simulator;
  api: Program;
  workers: Program[];
  url: string;
  ask: Ask;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The service as it runs: an API process and worker processes, on a database of their own, with the simulator in real time. */
export async function startSystem(env: Record<string, string>, settings: SettingsPatch, workerCount: number): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-e2e-'));
  folders.push(folder);
  const simulator = await createSimulator({ settings });
  onTestFinished(() => simulator.close());
  const port = await freePort();
  const processEnv = {
    PORT: String(port),
    REDIS_URL: redisUrl(),
    QUEUE_PREFIX: `{e2e-${randomUUID()}}`,
    DATABASE_URL: `file:${join(folder, 'autodeploy.db')}`,
    EXECUTION_ROLE_ARN: role,
    TRAINING_IMAGE: image,
    MODEL_OUTPUT_S3_URI: 's3://models/out/',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_SAGEMAKER: simulator.url,
    AWS_ACCESS_KEY_ID: 'simulator',
    AWS_SECRET_ACCESS_KEY: 'simulator',
    ...env,
  };
  const api = startProgram(['src/api/main.ts'], processEnv);
  const workers = Array.from({ length: workerCount }, () => startProgram(['src/worker/main.ts'], processEnv));
  await api.logged(({ event, msg }) => event === 'process.listening' || msg === 'listening', 60_000);
  await Promise.all(
    workers.map((worker) =>
      worker.logged(({ event, msg }) => event === 'worker.ready' || msg === 'the worker takes jobs', 60_000),
    ),
  );
  const url = `http://127.0.0.1:${port}`;
  return { simulator, api, workers, url, ask: requesting(url) };
}
