import { describe, expect, it } from 'vitest';
import type { TrainingRunBody } from '../../src/api/schemas/training-run.ts';
import { startApi, type Api } from './harness.ts';
import { expectProblem } from './request.ts';

const creations = ({ simulator }: Api) => simulator.effects({ kind: 'training_job_created' });
const bootstrap = (api: Api, json?: unknown, headers: Record<string, string> = {}, query = '') =>
  api.ask<TrainingRunBody>('POST', `/bootstrap${query}`, { json, headers });

describe('POST /bootstrap, by the response to CreateTrainingJob', () => {
  const operation = 'CreateTrainingJob';

  it('throttled > records the run and schedules its start', async () => {
    const api = await startApi();
    api.simulator.addFault({ kind: 'throttle', match: { operation }, times: 'forever' });
    const { status, body } = await bootstrap(api);
    expect([status, body.status, body.training_job_arn]).toEqual([202, 'requested', null]);
    expect(await api.jobsOf('check-training')).toEqual([`check-${body.training_job_name}`]);
    expect((await api.ask('GET', `/training-jobs/${body.training_job_name}`)).body).toMatchObject({ status: 'requested' });
    expect(creations(api)).toEqual([]);
  });

  it("refused > returns SageMaker's message and records nothing", async () => {
    const api = await startApi();
    api.simulator.addFault({
      kind: 'error',
      match: { operation },
      status: 400,
      code: 'ValidationException',
      message: 'Could not assume role arn:aws:iam::123456789012:role/SageMakerRole.',
    });
    const problem = expectProblem(await bootstrap(api), 400, 'sagemaker_rejected');
    expect(problem.detail).toBe(
      'Could not assume role arn:aws:iam::123456789012:role/SageMakerRole. (it lacks sts:AssumeRole, which docs/iam/execution-role-trust.json allows)',
    );
    expect((await api.ask('GET', '/training-jobs')).body).toMatchObject({ items: [], next_cursor: null });
  });

  it("over the quota > returns SageMaker's message and records nothing", async () => {
    const api = await startApi();
    api.simulator.addFault({ kind: 'quota', limit: 0 });
    const problem = expectProblem(await bootstrap(api), 429, 'quota_exceeded');
    expect(problem.detail).toMatch(/service limit 'ml\.m5\.xlarge for training job usage' is 0 Instances/);
    expect((await api.ask('GET', '/training-jobs')).body).toMatchObject({ items: [], next_cursor: null });
  });

  it('unreachable > returns 503 and starts nothing', async () => {
    const api = await startApi({ sagemakerUrl: 'http://127.0.0.1:9' });
    expectProblem(await bootstrap(api), 503, 'sagemaker_unavailable');
    expect((await api.ask('GET', '/training-jobs?status=training')).body).toMatchObject({ items: [], next_cursor: null });
  });

  it.each([
    [400, 'ExpiredTokenException', 'The security token included in the request is expired', 'expired'],
    [400, 'UnrecognizedClientException', 'The security token included in the request is invalid.', 'refused by AWS'],
    [403, 'MissingAuthenticationTokenException', 'Missing Authentication Token', 'missing, or could not be got'],
  ])('bad credentials of the service, %i %s > returns 503 and records nothing', async (status, code, message, how) => {
    const api = await startApi();
    api.simulator.addFault({ kind: 'error', match: { operation }, status, code, message });
    const problem = expectProblem(await bootstrap(api), 503, 'sagemaker_unavailable');
    expect(problem.detail).toBe(
      `Nothing was started: the service's own AWS credentials are ${how} (${code}); the request is not at fault`,
    );
    expect((await api.ask('GET', '/training-jobs')).body).toMatchObject({ items: [], next_cursor: null });
    expect((await bootstrap(api)).status).toBe(202);
  });

  it('lost > finds the training that it started', async () => {
    const api = await startApi();
    api.simulator.addFault({ kind: 'lose_response', match: { operation } });
    const { status, body } = await bootstrap(api);
    expect([status, body.status]).toEqual([202, 'training']);
    expect(creations(api)).toHaveLength(1);
  });
});
