/**
 * Each example goes through a whole system to the simulator, and what reaches SageMaker is what the AWS CLI would send for the three files
 * beside it (`aws sagemaker create-… --cli-input-json file://…`), but for the names and tags of the service.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSimulator, type Operation, type Simulator } from 'sagemaker-simulator';
import { requesting } from '../api/request.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startProgram } from '../../tools/testkit/processes.ts';
import { startRedis } from '../../tools/testkit/redis.ts';
import { startSimulator } from '../../tools/testkit/simulator.ts';

type Json = Record<string, unknown>;

const folder = 'examples';
const examples = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'request.json')));
const read = (example: string, file: string): Json => JSON.parse(readFileSync(join(folder, example, file), 'utf8')) as Json;

/** What examples/README.md tells to set. */
const settings = {
  EXECUTION_ROLE_ARN: 'arn:aws:iam::111122223333:role/sagemaker',
  TRAINING_IMAGE: '111122223333.dkr.ecr.us-east-1.amazonaws.com/training:1',
  MODEL_OUTPUT_S3_URI: 's3://my-bucket/models',
};

interface System {
  simulator: Simulator;
  url: string;
  stop: () => Promise<void>;
}

async function startSystem(deliveryFile?: string): Promise<System> {
  const simulator = await createSimulator({ settings: { trainingSeconds: 1, endpointCreateSeconds: 0.5 } });
  const database = mkdtempSync(join(tmpdir(), 'autodeploy-examples-'));
  const env = {
    ...settings,
    PORT: '0',
    REDIS_URL: (await startRedis()).url,
    DATABASE_URL: `file:${database}/autodeploy.db`,
    DELIVERY_FILE: deliveryFile,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_SAGEMAKER: simulator.url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'none',
    POLL_INTERVAL_SECONDS: '0.3',
    ENDPOINT_POLL_SECONDS: '0.2',
  };
  const api = startProgram(['src/api/main.ts'], env);
  const worker = startProgram(['src/worker/main.ts'], env);
  const stop = async (): Promise<void> => {
    await Promise.all([api.stop(), worker.stop()]);
    await simulator.close();
    rmSync(database, { recursive: true, force: true });
  };
  const { url } = await api.logged(({ msg }) => msg === 'listening', 30_000);
  return { simulator, url: String(url), stop };
}

/** Of the examples without a delivery file. */
let shared: System;

beforeAll(async () => {
  shared = await startSystem();
  return () => shared.stop();
});

async function startSystemWith(deliveryFile: string): Promise<System> {
  const system = await startSystem(deliveryFile);
  onTestFinished(() => system.stop());
  return system;
}

/** The only request of an operation for a training that reached SageMaker, without the tags of the service. */
function sent(simulator: Simulator, operation: Operation, trainingJobName: string): Json {
  const inputs = simulator
    .calls({ operation, withInput: true })
    .filter(({ name }) => name?.startsWith(trainingJobName))
    .map(({ input }) => input as Json);
  expect(inputs).toHaveLength(1);
  const { Tags, ...request } = inputs[0] ?? {};
  const tags = ((Tags ?? []) as { Key: string }[]).filter(({ Key }) => !Key.startsWith('autodeploy:'));
  return { ...request, ...(tags.length === 0 ? {} : { Tags: tags }) };
}

const readEnv = (example: string): string | undefined => {
  const file = join(folder, example, 'delivery.yaml');
  return existsSync(file) ? file : undefined;
};

describe.each(examples)('examples/%s', (example) => {
  it('reaches SageMaker as the AWS CLI would send it', async () => {
    const deliveryFile = readEnv(example);
    const { simulator, url } = deliveryFile === undefined ? shared : await startSystemWith(deliveryFile);
    const ask = requesting(url);
    const json = read(example, 'request.json');
    const started = await ask<Json>('POST', '/bootstrap?auto_deploy=true', { json });
    expect(started.status, JSON.stringify(started.body)).toBe(202);
    const name = String(started.body['training_job_name']);
    const { body: run } = await eventually(
      () => ask<Json>('GET', `/training-jobs/${name}`),
      ({ body }) =>
        ['deployed', 'failed', 'rolled_back'].includes(String(body['deployment_status'])) || body['status'] === 'failed',
      { withinMs: 60_000, everyMs: 200, what: `${example} deployed` },
    );
    expect(run['deployment_status'], JSON.stringify(run['deployments'])).toBe('deployed');

    expect(sent(simulator, 'CreateTrainingJob', name)).toEqual(read(example, 'training-job.json'));
    const [model, config] = [sent(simulator, 'CreateModel', name), sent(simulator, 'CreateEndpointConfig', name)];
    const [wantedModel, wantedConfig] = [read(example, 'model.json'), read(example, 'endpoint-config.json')];
    // The names follow from the content.
    const names = { ModelName: model['ModelName'], EndpointConfigName: config['EndpointConfigName'] };
    expect(names).toEqual({
      ModelName: expect.stringMatching(new RegExp(`^${name}-[\\da-f]{10}$`)),
      EndpointConfigName: expect.stringMatching(new RegExp(`^${name}-[\\da-f]{10}$`)),
    });
    expect(model).toEqual({ ...wantedModel, ModelName: names.ModelName });
    const [variant] = wantedConfig['ProductionVariants'] as Json[];
    expect(config).toEqual({
      ...wantedConfig,
      EndpointConfigName: names.EndpointConfigName,
      ProductionVariants: [{ ...variant, ModelName: names.ModelName }],
    });
  });

  it('has three files that SageMaker takes', async () => {
    const { simulator, sagemaker: sdk, clock } = await startSimulator();
    await sdk.createTrainingJob(Object(read(example, 'training-job.json')) as Parameters<typeof sdk.createTrainingJob>[0]);
    clock.advance(3600);
    await sdk.createModel(Object(read(example, 'model.json')) as Parameters<typeof sdk.createModel>[0]);
    await sdk.createEndpointConfig(
      Object(read(example, 'endpoint-config.json')) as Parameters<typeof sdk.createEndpointConfig>[0],
    );
    expect(simulator.effects().flatMap(({ kind }) => (kind.endsWith('_created') ? [kind] : []))).toEqual([
      'training_job_created',
      'model_created',
      'endpoint_config_created',
    ]);
  });
});
