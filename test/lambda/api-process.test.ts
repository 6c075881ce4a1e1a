/** The bundled function against an API process, with Redis, SQLite and the stand-in for SageMaker behind it. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { asking } from '../api/request.ts';
import { image, role, startSimulator, training } from '../simulator/harness.ts';
import { Child } from '../support/child.ts';
import { redisUrl } from '../support/redis.ts';
import { buildLambda, fixture, newFolder, startLambda } from './function.ts';

const key = 'lambda-key-0123456789';
const name = 'ml-sentiment-training-20261124-150253-k3f9zq';

async function startSystem() {
  const { simulator, sagemaker, clock } = await startSimulator();
  const api = new Child(process.execPath, ['src/api/main.ts'], {
    PORT: '0',
    API_KEYS: key,
    REDIS_URL: redisUrl(),
    QUEUE_PREFIX: `{lambda-${randomUUID()}}`,
    DATABASE_URL: `file:${join(newFolder(), 'autodeploy.db')}`,
    EXECUTION_ROLE_ARN: role,
    TRAINING_IMAGE: image,
    MODEL_OUTPUT_S3_URI: 's3://models/out/',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_SAGEMAKER: simulator.url,
    AWS_ACCESS_KEY_ID: 'stand-in',
    AWS_SECRET_ACCESS_KEY: 'stand-in',
  });
  onTestFinished(async () => void (await api.stop()));
  const lines = (): Record<string, unknown>[] =>
    api.output.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  const url = await api.until(() => lines().find(({ msg }) => msg === 'listening')?.['url'], 'address of the API');

  const lambda = await startLambda(buildLambda().file, { AUTODEPLOY_URL: `${String(url)}/model-init`, AUTODEPLOY_API_KEY: key });
  const ask = asking(String(url));
  return { sagemaker, clock, lambda, get: (path: string) => ask('GET', path, { headers: { 'x-api-key': key } }) };
}

it('has a completed training deployed once, however often the event comes', async () => {
  const { sagemaker, clock, lambda, get } = await startSystem();
  await sagemaker.createTrainingJob(training(name));

  // Too early, as an event that overtakes SageMaker's own answer: final for this event.
  expect(await lambda.invoke(fixture('training-completed'))).toEqual({ result: { outcome: 'refused', status: 409 } });
  clock.advance(1000);
  expect(await lambda.invoke(fixture('training-completed'))).toEqual({ result: { outcome: 'taken', status: 202 } });
  expect(await lambda.invoke(fixture('training-completed-numbers-and-nulls'))).toEqual({
    result: { outcome: 'taken', status: 200 },
  });

  const { body } = await get('/deployments');
  expect(body).toMatchObject({ items: [{ training_job_name: name, status: 'queued' }], next_cursor: null });
  expect(lambda.logged()).toMatchObject([
    { level: 'warn', status: 409, code: 'training_not_completed', training_job_name: name, component: 'auto-deploy' },
    { level: 'info', status: 202, endpoint_name: 'ml-sentiment-endpoint', training_job_name: name },
    { level: 'info', status: 200 },
  ]);
});

it('is done with a training that SageMaker does not know', async () => {
  const { lambda } = await startSystem();
  expect(await lambda.invoke(fixture('training-completed'))).toEqual({ result: { outcome: 'refused', status: 404 } });
  expect(lambda.logged()).toMatchObject([{ level: 'warn', code: 'not_found', training_job_name: name }]);
});
