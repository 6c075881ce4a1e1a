import { expect, it } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startSystem } from './system.ts';

const isExpired = "the service's own AWS credentials are expired (ExpiredTokenException)";

it('an AWS session that expires during a deployment: both programs report it, and it continues', async () => {
  const { simulator, api, workers, ask } = await startSystem(
    { POLL_INTERVAL_SECONDS: '0.5', ENDPOINT_POLL_SECONDS: '0.5', RECONCILE_INTERVAL_SECONDS: '1' },
    { trainingSeconds: 1, endpointCreateSeconds: 4 },
    1,
  );
  const { body: run } = await ask<{ training_job_name: string }>('POST', '/bootstrap?auto_deploy=true');
  await eventually(() => simulator.effects({ kind: 'endpoint_create_requested' }).length === 1, Boolean, { withinMs: 20_000 });

  simulator.addFault({ kind: 'error', status: 400, code: 'ExpiredTokenException', message: 'expired', times: 'forever' });
  expect((await ask('POST', '/bootstrap')).body).toMatchObject({
    status: 503,
    code: 'sagemaker_unavailable',
    detail: `Nothing was started: ${isExpired}; the request is not at fault`,
  });
  expect((await ask('GET', '/health/ready')).body).toMatchObject({ status: 503, checks: { sagemaker: isExpired } });
  expect((await ask('GET', '/endpoint-status')).body).toMatchObject({ status: 503, code: 'sagemaker_unavailable' });
  await eventually(
    () => ask<{ workers: { problem: string | null }[] }>('GET', '/status'),
    ({ body }) => body.workers[0]?.problem === isExpired,
    { withinMs: 20_000 },
  );

  simulator.clearFaults();
  await eventually(
    () => ask('GET', '/health/ready'),
    ({ status }) => status === 200,
    { withinMs: 15_000 },
  );
  await eventually(
    () => ask<{ deployment_status: string }>('GET', `/training-jobs/${run.training_job_name}`),
    ({ body }) => body.deployment_status === 'deployed',
    { withinMs: 30_000 },
  );
  for (const { log } of [api, ...workers]) {
    expect(log.flatMap(({ msg }) => (msg?.includes('AWS credentials') ? [msg] : []))).toEqual([
      'AWS credentials refused',
      'AWS credentials accepted again',
    ]);
  }
}, 90_000);
