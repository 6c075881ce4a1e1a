/**
 * `npm run failover`: how long a fail-over of Redis holds the service up. An API and two workers, on a cluster and behind sentinels, with a
 * training every half second; the master is killed, frozen and demoted, `--rounds` times each. Exits with 1 when a request is refused, a
 * training is started twice or not at all, or one of them is not deployed once.
 */
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { Cleanup } from '../bench/cleanup.ts';
import { project } from '../bench/direct-sdk.ts';
import { Processes } from '../bench/processes.ts';
import { SimulatorClient } from '../bench/simulator.ts';
import { eventually } from '../testkit/eventually.ts';
import { changes, type RedisSet, startSet } from './redis-set.ts';
import { ServiceClient } from './service-client.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    detect: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write('npm run failover -- [--rounds 3] [--detect 2], until a failed master is noticed, in seconds\n');
  process.exit();
}
const rounds = Number(values.rounds);
const detectMs = Number(values.detect) * 1000;
const everyMs = 500;
const sampleMs = 50;
const afterMs = 5000;

const say = (line: string): void => void process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const queuePrefix = `{autodeploy-${project}}`;
const broken: string[] = [];

for (const mode of ['cluster', 'sentinel'] as const) {
  for (const change of changes) {
    for (let round = 1; round <= rounds; round += 1) {
      const cleanup = new Cleanup();
      try {
        const set = await startSet(mode, { queuePrefix, detectMs });
        cleanup.add(() => set.stop());
        await measure(`${mode}, master ${change.name}, ${round} of ${rounds}`, set, change.to, cleanup);
      } finally {
        await cleanup.run();
      }
    }
  }
}
for (const one of broken) say(`BROKEN ${one}`);
process.exitCode = broken.length === 0 ? 0 : 1;

async function measure(what: string, set: RedisSet, change: (set: RedisSet) => Promise<void>, cleanup: Cleanup): Promise<void> {
  const processes = new Processes(cleanup, null);
  processes.useRedis(set.redisUrl);
  const { url: simulatorUrl } = await processes.simulator({ SIMULATOR_TRAINING_SECONDS: '3', SIMULATOR_ENDPOINT_SECONDS: '0.5' });
  const simulator = new SimulatorClient(simulatorUrl);
  cleanup.add(() => simulator.close());
  const env = { ...set.env, POLL_INTERVAL_SECONDS: '0.5', ENDPOINT_POLL_SECONDS: '0.3', RECONCILE_INTERVAL_SECONDS: '2' };
  const api = await processes.api(env);
  await processes.worker(env);
  await processes.worker(env);
  const client = new ServiceClient(Number(new URL(api.url).port));

  const started: Promise<string>[] = [];
  let slowestMs = 0;
  const start = async (endpoint: string): Promise<string> => {
    const at = performance.now();
    const response = await fetch(`${api.url}/bootstrap?auto_deploy=true`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ endpoint_name: endpoint }),
    });
    slowestMs = Math.max(slowestMs, performance.now() - at);
    if (response.status !== 202) broken.push(`${what}: POST /bootstrap returned ${response.status}`);
    return ((await response.json()) as { training_job_name: string }).training_job_name;
  };
  const load = setInterval(() => void started.push(start(`endpoint-${started.length}`)), everyMs);
  cleanup.add(() => clearInterval(load));
  await delay(afterMs);

  const at = Date.now();
  const unready: number[] = [];
  const sampling = setInterval(() => void isReady(api.url).then((ready) => void (ready || unready.push(Date.now()))), sampleMs);
  cleanup.add(() => clearInterval(sampling));
  await change(set);
  const elected = Date.now();
  const firstPoll = await eventually(
    async () => (await simulator.calls({ operation: 'DescribeTrainingJob' })).find((call) => call.at > elected)?.at,
    (found) => found !== undefined,
    { withinMs: 60_000, what: 'a training being observed' },
  );
  await eventually(() => Date.now() - Math.max(elected, ...unready) > afterMs, Boolean, {
    withinMs: 60_000,
    what: 'readiness that lasts',
  });
  clearInterval(load);
  clearInterval(sampling);
  const names = await Promise.all(started);
  const outcomes = await Promise.all(
    names.map((name) =>
      eventually(
        async () => (await client.run(name))?.deployments ?? [],
        (deployments) => deployments[0]?.status === 'deployed',
        { withinMs: 90_000, everyMs: 200, what: `${name} being deployed` },
      ),
    ),
  );
  const creations = await simulator.calls({ operation: 'CreateTrainingJob' });
  const twice = outcomes.filter((deployments) => deployments.length !== 1).length;
  if (twice > 0) broken.push(`${what}: ${twice} trainings have more than one deployment`);
  const created = creations.filter(({ code }) => code === 'OK');
  if (created.length !== names.length || new Set(created.map(({ name }) => name)).size !== names.length) {
    broken.push(`${what}: ${names.length} trainings requested, ${created.length} created`);
  }
  const [first, last] = [unready[0] ?? elected, unready.at(-1) ?? elected];
  say(
    `${what}: another master after ${seconds(elected - at)}; not ready for ${seconds(last - first)}, until ${seconds(last - elected)} after that; ` +
      `a training observed ${seconds((firstPoll ?? Number.NaN) - elected)} after it; ${names.length} trainings, each deployed once; ` +
      `slowest POST /bootstrap ${seconds(slowestMs)}`,
  );
}

async function isReady(url: string): Promise<boolean> {
  return (await fetch(`${url}/health/ready`)).status === 200;
}
