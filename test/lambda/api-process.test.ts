/** The bundled function against an API process, with Redis, SQLite and the SageMaker simulator behind it. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { requesting } from '../api/request.ts';
import { image, role, startSimulator, training } from '../../tools/testkit/simulator.ts';
import { Child } from '../../tools/testkit/child.ts';
import { redisUrl } from '../../tools/testkit/redis.ts';
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
    AWS_ACCESS_KEY_ID: 'simulator',
    AWS_SECRET_ACCESS_KEY: 'simulator',
  });
  onTestFinished(async () => void (await api.stop()));
  const lines = (): Record<string, unknown>[] =>
    api.output.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  const url = await api.until(() => lines().find(({ msg }) => msg === 'listening')?.['url'], 'address of the API', 60_000);

  const lambda = await startLambda(buildLambda().file, { AUTODEPLOY_URL: `${String(url)}/model-init`, AUTODEPLOY_API_KEY: key });
  const ask = requesting(String(url));
  return { sagemaker, clock, lambda, get: (path: string) => ask('GET', path, { headers: { 'x-api-key': key } }) };
}

const taken = (status: number) => ({ result: { outcome: 'taken', status } });
const refused = (status: number) => ({ result: { outcome: 'refused', status } });

it('hands events to the API, which deploys a completed training once, however often the event comes', async () => {
  const { sagemaker, clock, lambda, get } = await startSystem();
  const completed = fixture('training-completed');

  expect(await lambda.invoke(completed)).toEqual(refused(404));
  await sagemaker.createTrainingJob(training(name));
  // An event that overtakes SageMaker's own answer: final for this event.
  expect(await lambda.invoke(completed)).toEqual(refused(409));
  clock.advance(1000);
  expect(await lambda.invoke(completed)).toEqual(taken(202));
  expect(await lambda.invoke(fixture('training-completed-numbers-and-nulls'))).toEqual(taken(200));
  expect((await get('/deployments')).body).toMatchObject({
    items: [{ training_job_name: name, status: 'queued' }],
    next_cursor: null,
  });

  expect(await lambda.invoke(fixture('endpoint-updating'))).toEqual(taken(202));
  expect(await lambda.invoke(fixture('endpoint-in-service-other'))).toEqual(taken(202));
  expect(await lambda.invoke(fixture('model-created'))).toEqual(refused(422));

  const auto = { component: 'auto-deploy', training_job_name: name };
  expect(lambda.logged()).toMatchObject([
    { ...auto, level: 'warn', status: 404, code: 'not_found' },
    { ...auto, level: 'warn', status: 409, code: 'training_not_completed' },
    { ...auto, level: 'info', status: 202, endpoint_name: 'ml-sentiment-endpoint' },
    { ...auto, level: 'info', status: 200 },
    { level: 'info', status: 202, path: '/events', accepted: true },
    { level: 'info', status: 202, path: '/events', accepted: false, reason: expect.stringContaining('ml-churn-endpoint') },
    { level: 'warn', status: 422, path: '/events', code: 'invalid_request' },
  ]);
}, 120_000);
