import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startSystem, type System } from './system.ts';

const never = '3600';
const pollingOff = { POLL_INTERVAL_SECONDS: never, ENDPOINT_POLL_SECONDS: never, RECONCILE_INTERVAL_SECONDS: never };
const fast = { trainingSeconds: 1, endpointCreateSeconds: 0.5, endpointUpdateSeconds: 0.5 };

interface Run {
  training_job_name: string;
  status: string;
  deployment_status: string;
  deployments: Record<string, string | null>[];
}

const bootstrap = async ({ ask }: System): Promise<string> =>
  (await ask<Run>('POST', '/bootstrap?auto_deploy=true')).body.training_job_name;

const deployed = ({ ask }: System, job: string): Promise<Run> =>
  eventually(
    async () => (await ask<Run>('GET', `/training-jobs/${job}`)).body,
    ({ deployment_status: status }) => status === 'deployed',
    { withinMs: 30_000, everyMs: 100, what: `${job} being deployed` },
  );

const effects = ({ simulator }: System): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { kind } of simulator.effects()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

test('100 copies of one event with three workers and no polling: one model, one update', async () => {
  const system = await startSystem(pollingOff, fast, 3);
  // Without polling, the endpoint's events end a deployment.
  const events = { targets: [{ kind: 'http' as const, url: `${system.url}/events` }], maxLateMs: 200, twice: 0.5, lost: 0 };
  system.simulator.changeSettings({ events });
  const first = await bootstrap(system);
  await deployed(system, first);

  system.simulator.changeSettings({ events: { ...events, targets: [] } });
  const second = await bootstrap(system);
  await eventually(() => system.simulator.effects({ kind: 'training_job_ended', name: second }).length === 1);
  const event = JSON.parse(readFileSync('test/fixtures/events/training-completed.json', 'utf8'));
  event.detail.TrainingJobName = second;
  system.simulator.changeSettings({ events });
  const responses = await Promise.all(Array.from({ length: 100 }, () => system.ask('POST', '/events', { json: event })));
  expect(responses.map(({ status, text }) => (status === 202 ? status : text))).toEqual(Array.from({ length: 100 }, () => 202));
  const { deployments } = await deployed(system, second);
  expect(deployments).toMatchObject([{ trigger: 'event', detected_by: 'event', attempts: 1 }]);
  expect(effects(system)).toEqual({
    // The endpoint's tag of the training that is live.
    tags_added: 1,
    training_job_created: 2,
    training_job_ended: 2,
    model_created: 2,
    endpoint_config_created: 2,
    endpoint_create_requested: 1,
    endpoint_update_requested: 1,
    endpoint_in_service: 2,
  });
}, 90_000);

test('all events lost: polling deploys every training, and the record says so', async () => {
  const system = await startSystem(
    { POLL_INTERVAL_SECONDS: '0.5', ENDPOINT_POLL_SECONDS: '0.3', RECONCILE_INTERVAL_SECONDS: '2' },
    { ...fast, events: { targets: [{ kind: 'http', url: 'http://127.0.0.1:9/events' }], maxLateMs: 0, twice: 0, lost: 1 } },
    2,
  );
  for (let count = 0; count < 3; count += 1) {
    const job = await bootstrap(system);
    const { deployments } = await deployed(system, job);
    expect(deployments).toMatchObject([{ trigger: 'poll', detected_by: 'poll' }]);
    const {
      training_ended_at: ended,
      detected_at: detected,
      deploy_requested_at: requested,
      in_service_at: inService,
    } = deployments[0] ?? {};
    const instants = [ended, detected, requested, inService].map((at) => Date.parse(at ?? ''));
    expect(instants.toSorted((a, b) => a - b)).toEqual(instants);
  }
  const { text } = await system.ask('GET', '/metrics');
  expect(text).toContain('autodeploy_trainings_detected_total{detected_by="poll"} 3');
}, 90_000);
