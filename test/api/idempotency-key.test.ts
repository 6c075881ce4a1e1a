import { describe, expect, it } from 'vitest';
import type { DeploymentBody } from '../../src/api/schemas/deployment.ts';
import type { TrainingRunBody } from '../../src/api/schemas/training-run.ts';
import { toOutcome } from '../../src/core/training/training-run.ts';
import { exchange } from '../security/raw.ts';
import { startApi, type Api } from './harness.ts';
import { expectProblem } from './request.ts';

const creations = ({ simulator }: Api) => simulator.effects({ kind: 'training_job_created' });
const bootstrap = (api: Api, json?: unknown, headers: Record<string, string> = {}, query = '') =>
  api.ask<TrainingRunBody>('POST', `/bootstrap${query}`, { json, headers });

describe('Idempotency-Key', () => {
  const key = { 'idempotency-key': 'nightly-2026-11-24' };

  it('returns the same run for the same body and starts nothing', async () => {
    const api = await startApi();
    const first = await bootstrap(api, { hyperparameters: { a: '1', b: '2' } }, key, '?auto_deploy=true');
    const second = await bootstrap(api, { hyperparameters: { b: '2', a: '1' } }, key, '?auto_deploy=true');
    expect([first.status, second.status]).toEqual([202, 200]);
    expect(second.body).toMatchObject({ training_job_name: first.body.training_job_name, status: 'training' });
    expect(second.headers.get('location')).toBe(first.body.links.self);
    expect(creations(api)).toHaveLength(1);
  });

  it('conflicts with another body or query', async () => {
    const api = await startApi();
    await bootstrap(api, { instance_count: 1 }, key);
    expectProblem(await bootstrap(api, { instance_count: 2 }, key), 409, 'idempotency_conflict');
    expectProblem(await bootstrap(api, {}, key), 409, 'idempotency_conflict');
    expectProblem(await bootstrap(api, { instance_count: 1 }, key, '?auto_deploy=true'), 409, 'idempotency_conflict');
    expect(creations(api)).toHaveLength(1);
  });

  it('starts one training when 20 requests send it at once', async () => {
    const api = await startApi();
    const responses = await Promise.all(Array.from({ length: 20 }, () => bootstrap(api, { instance_count: 1 }, key)));
    expect(responses.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(19);
    expect(new Set(responses.map(({ body }) => body.training_job_name)).size).toBe(1);
    expect(responses.every(({ body }) => body.status === 'training')).toBe(true);
    expect(creations(api)).toHaveLength(1);
    expect(api.simulator.calls({ operation: 'CreateTrainingJob' })).toHaveLength(1);
  });

  it('returns one refusal to concurrent requests, and can be used again after it', async () => {
    const api = await startApi();
    api.simulator.addFault({ kind: 'quota', limit: 0 });
    const responses = await Promise.all(Array.from({ length: 5 }, () => bootstrap(api, {}, key)));
    for (const response of responses) expectProblem(response, 429, 'quota_exceeded');
    api.simulator.clearFaults();
    expect((await bootstrap(api, {}, key)).status).toBe(202);
    expect(creations(api)).toHaveLength(1);
  });

  it('returns the same deployment of a training, and does not deploy it once more when that has failed', async () => {
    const api = await startApi();
    await api.train('trained', 'completed');
    const deploy = (query = '') => api.ask<DeploymentBody>('POST', `/deploy/trained${query}`, { headers: key });
    const { status, body } = await deploy();
    expect(status).toBe(202);
    const { deployment_id: deploymentId } = body;
    const withdrawn = { deploymentId, failureReason: 'no', now: api.ctx.now() };
    await api.ctx.store.deployments.withdraw(withdrawn);
    expect(await deploy()).toMatchObject({ status: 200, body: { deployment_id: deploymentId, status: 'failed' } });
    expectProblem(await deploy('?force=true'), 409, 'idempotency_conflict');
  });

  it('returns the run of a repeated stop, also when nothing is left to stop', async () => {
    const api = await startApi();
    await bootstrap(api, { training_job_name: 'one' });
    await bootstrap(api, { training_job_name: 'two' });
    const stop = (name: string) => api.ask('POST', `/training-jobs/${name}/stop`, { headers: key });
    expect((await stop('one')).status).toBe(202);
    const outcome = toOutcome({ status: 'failed', failureReason: 'no' });
    await api.ctx.store.runs.finish({ trainingJobName: 'one', outcome, deployment: null, actor: 'poll', now: api.ctx.now() });
    expect(await stop('one')).toMatchObject({ status: 202, body: { status: 'failed' } });
    expectProblem(await api.ask('POST', '/training-jobs/one/stop'), 409, 'nothing_to_stop');
    expectProblem(await stop('two'), 409, 'idempotency_conflict');
  });

  it('is refused when it is sent twice', async () => {
    const api = await startApi();
    for (const other of [key['idempotency-key'], 'another']) {
      const response = await exchange(
        api.url,
        `POST /bootstrap HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\nIdempotency-Key: ${key['idempotency-key']}\r\nIdempotency-Key: ${other}\r\n\r\n`,
      );
      expect(response.statuses).toEqual([422]);
      expect(response.received).toContain(
        '"errors":[{"field":"Idempotency-Key","detail":"is given more than once; send one value"}]',
      );
    }
    expect(api.simulator.calls()).toEqual([]);
  });

  it('must be visible ASCII', async () => {
    const api = await startApi();
    for (const bad of ['', 'a b', 'x'.repeat(256)]) {
      const { errors } = expectProblem(await bootstrap(api, {}, { 'idempotency-key': bad }), 422, 'invalid_request');
      expect(errors).toMatchObject([{ field: 'Idempotency-Key' }]);
    }
  });
});
