import { expect } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startSystem } from './system.ts';

interface Run {
  training_job_name: string;
  deployments: { status: string; attempts: number }[];
}

const intervals = { POLL_INTERVAL_SECONDS: '0.5', ENDPOINT_POLL_SECONDS: '0.3', RECONCILE_INTERVAL_SECONDS: '1' };
const workerCount = 2;

/**
 * An API and two workers; the master of their Redis is killed while a training is in progress, and another is started before a replica has
 * taken over. Both end deployed, once, by the same processes.
 */
export async function expectKilledMasterToCostNothing(
  { secret, ...env }: Record<string, string>,
  kill: () => Promise<unknown>,
): Promise<void> {
  const settings = { trainingSeconds: 3, endpointCreateSeconds: 0.5, endpointUpdateSeconds: 0.5 };
  const system = await startSystem({ ...intervals, ...env }, settings, workerCount);
  const { api, workers, ask, simulator } = system;
  const bootstrap = async (endpoint: string): Promise<string> => {
    const { status, body } = await ask<Run>('POST', '/bootstrap?auto_deploy=true', { json: { endpoint_name: endpoint } });
    expect(status).toBe(202);
    return body.training_job_name;
  };
  const before = await bootstrap('before');
  await kill();
  const during = await bootstrap('during');
  for (const job of [before, during]) {
    const run = await eventually(
      async () => (await ask<Run>('GET', `/training-jobs/${job}`)).body,
      ({ deployments }) => deployments[0]?.status === 'deployed',
      { withinMs: 60_000, everyMs: 200, what: `${job} being deployed` },
    );
    expect(run.deployments).toMatchObject([{ status: 'deployed', attempts: 1 }]);
  }
  const counts: Record<string, number> = {};
  for (const { kind } of simulator.effects()) counts[kind] = (counts[kind] ?? 0) + 1;
  expect(counts).toMatchObject({
    training_job_created: 2,
    model_created: 2,
    endpoint_config_created: 2,
    endpoint_create_requested: 2,
    endpoint_in_service: 2,
  });
  expect(counts).not.toHaveProperty('endpoint_update_requested');

  await eventually(
    async () => (await ask('GET', '/health/ready')).status,
    (status) => status === 200,
    { withinMs: 20_000 },
  );
  expect((await ask('GET', '/admin/queues/api/queues')).status).toBe(200);
  for (const program of [api, ...workers]) {
    expect(program.exit).toBeNull();
    await program.logged(({ event }) => event === 'redis.recovered', 20_000);
    expect(program.log.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    expect(program.output.join('\n')).not.toContain(secret);
  }
  expect(await Promise.all([api, ...workers].map((program) => program.stop()))).toEqual(
    Array.from({ length: workerCount + 1 }, () => ({ code: 0, signal: null })),
  );
}
