import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator, type Simulator } from 'sagemaker-simulator';
import { freePort } from '../../tools/dev/ports.ts';
import { type Program, startProgram } from '../../tools/testkit/processes.ts';
import { redisUrl } from '../../tools/testkit/redis.ts';

/** What the endpoint `approved` needs before it gets a model, and `gated` never has. */
const deliveryFile = JSON.stringify({
  endpoints: {
    approved: { delivery: { approval: { required: 'always', expires_seconds: 3600 } } },
    gated: { delivery: { gate: { rules: [{ metric: 'validation:accuracy', at_least: 2 }], on_missing: 'reject' } } },
  },
});

export const keys = { ana: 'key-of-ana-0123456789', rolf: 'key-of-rolf-0123456789' };

/** An API process, a worker process and the simulator, for a whole test file. */
export interface CliSystem {
  simulator: Simulator;
  url: string;
  /** Who may do everything. */
  env: Record<string, string>;
  stopApi: () => Promise<void>;
  startApi: () => Promise<void>;
  stop: () => Promise<void>;
}

const aws = (url: string): Record<string, string> =>
  Object.fromEntries(
    ['SAGEMAKER', 'APPLICATION_AUTO_SCALING', 'CLOUDWATCH', 'SAGEMAKER_RUNTIME'].map((name) => [`AWS_ENDPOINT_URL_${name}`, url]),
  );

export async function startCliSystem(): Promise<CliSystem> {
  const settings = { trainingSeconds: 0.6, endpointCreateSeconds: 0.2, endpointUpdateSeconds: 0.3, stopSeconds: 0.1 };
  const simulator = await createSimulator({ settings });
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-cli-'));
  const port = await freePort();
  writeFileSync(join(folder, 'delivery.json'), deliveryFile);
  const env = {
    PORT: String(port),
    REDIS_URL: redisUrl(),
    QUEUE_PREFIX: `{cli-${randomUUID()}}`,
    DATABASE_URL: `file:${join(folder, 'autodeploy.db')}`,
    EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/ml-execution',
    TRAINING_IMAGE: '123456789012.dkr.ecr.us-east-1.amazonaws.com/sentiment:7',
    MODEL_OUTPUT_S3_URI: 's3://models/out/',
    DELIVERY_FILE: join(folder, 'delivery.json'),
    API_KEYS: `ana:approve:${keys.ana},rolf:read:${keys.rolf}`,
    POLL_INTERVAL_SECONDS: '0.2',
    ENDPOINT_POLL_SECONDS: '0.1',
    RECONCILE_INTERVAL_SECONDS: '2',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'the-secret-access-key',
    ...aws(simulator.url),
  };
  let api: Program | null = null;
  const startApi = async (): Promise<void> => {
    api = startProgram(['src/api/main.ts'], env);
    await api.logged(({ event }) => event === 'process.listening', 100_000);
  };
  const worker = startProgram(['src/worker/main.ts'], env);
  await startApi();
  await worker.logged(({ event }) => event === 'worker.ready', 100_000);
  const url = `http://127.0.0.1:${port}`;
  return {
    simulator,
    url,
    env: { AUTODEPLOY_URL: url, AUTODEPLOY_API_KEY: keys.ana },
    startApi,
    stopApi: async () => void (await api?.stop()),
    stop: async () => {
      await Promise.all([api?.stop(), worker.stop()]);
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
