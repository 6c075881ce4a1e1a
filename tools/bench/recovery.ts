import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { eventually } from '../testkit/eventually.ts';
import { project } from './direct-sdk.ts';
import type { Bench } from './bench.ts';
import { seededName, seedPrefix, seedRuns } from './polling/seed.ts';
import { Processes, type Running } from './processes.ts';
import type { Report } from './report.ts';
import { SimulatorClient } from './simulator.ts';
import { percentile, shown } from './statistics.ts';

/** The duration of the call in which the worker is killed: long enough for its lock to be renewed, and to be of any age. */
const callMs = 5000;
const busyLoops = 2;
/** Observations of this kind are in progress all the time, so that many locks have to be renewed. */
const slowObservation = {
  kind: 'delay',
  ms: 4000,
  match: { operation: 'DescribeTrainingJob' },
  probability: 0.05,
  times: 'forever',
};
const lostLock = /"event":"job\.lock_lost"/;

/** How soon another worker resumes the job of a killed worker; and how many locks are lost where no worker is killed. */
export async function benchRecovery({ options, cleanup, say }: Bench): Promise<Report> {
  const kills = options.rounds ?? 30;
  const seconds = options.seconds ?? 120;
  const runs = options.runs ?? 10_000;
  const recoveries = await measureKills({ options, cleanup, say }, kills);
  const lost = await measureLoad({ options, cleanup, say }, runs, seconds);
  const p50 = percentile(recoveries, 50) / 1000;
  const most = Math.max(...recoveries) / 1000;
  return {
    title: 'A worker is killed',
    about:
      `Two worker processes; SIGKILL ends the one that observes a training at a random moment of its call of ${callMs / 1000} s, ` +
      `${kills} times. Measured until the next call to SageMaker, by the simulator's log. A second measurement kills no worker: two workers ` +
      `with ${runs.toLocaleString('en-US')} runs in flight, each polled once a minute, one observation of twenty taking ` +
      `${slowObservation.ms / 1000} s, and ${busyLoops} busy loops on the same cores, for ${seconds} s.`,
    tables: [
      {
        columns: ['Kills', 'Continues after, p50 s', 'p90 s', 'At most s'],
        rows: [[String(kills), ...shownSeconds(recoveries)]],
      },
      {
        columns: ['Runs in flight', 'Observations', 'Locks lost'],
        rows: [[String(runs), String(lost.observations), String(lost.locks)]],
      },
    ],
    aims: [
      { what: "a killed worker's job continues, p50", wanted: '<= 8 s', found: `${shown(p50)} s`, reached: p50 <= 8 },
      { what: 'at most', wanted: '<= 15 s', found: `${shown(most)} s`, reached: most <= 15 },
      {
        what: 'locks lost under load',
        wanted: '0',
        found: String(lost.locks),
        reached: lost.locks === 0 && lost.observations > 0,
      },
    ],
  };
}

const shownSeconds = (values: readonly number[]): string[] =>
  [percentile(values, 50), percentile(values, 90), Math.max(...values)].map((ms) => shown(ms / 1000));

async function measureKills({ options, cleanup, say }: Bench, kills: number): Promise<number[]> {
  const processes = new Processes(cleanup, options.profile);
  const redisServer = await processes.redis();
  const redis = new Redis(redisServer.url);
  const { url } = await processes.simulator({ SIMULATOR_TRAINING_SECONDS: '86400' });
  const simulator = new SimulatorClient(url);
  cleanup.add(() => (simulator.close(), redis.disconnect()));
  await seedRuns(processes.databaseUrl, 1);
  await simulator.seed(seedPrefix, 1);
  await simulator.fault({ ...slowObservation, ms: callMs, probability: 1 });
  const start = (): Promise<Running> => processes.worker({ POLL_INTERVAL_SECONDS: '1', RECONCILE_INTERVAL_SECONDS: '60' });
  const workers = [await start(), await start()];

  const job = `{autodeploy-${project}}:check-training:check-${seededName(1)}`;
  const held = async (): Promise<Running | undefined> => {
    const [lock, by] = await Promise.all([redis.exists(`${job}:lock`), redis.hget(job, 'pb')]);
    return lock === 0 ? undefined : workers.find(({ pid }) => by?.includes(`-${pid}-`));
  };
  const observationsSince = async (at: number): Promise<number[]> =>
    (await simulator.calls({ operation: 'DescribeTrainingJob' })).map((call) => call.at).filter((instant) => instant > at);

  const recoveries: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const victim = await eventually(held, (found) => found !== undefined, {
      withinMs: 30_000,
      everyMs: 20,
      what: 'an observation in progress',
    });
    if (victim === undefined) throw new Error('no worker has the job');
    await delay(Math.random() * (callMs - 500));
    process.kill(victim.pid, 'SIGKILL');
    const killedAt = Date.now();
    workers.splice(workers.indexOf(victim), 1, await start());
    // The simulator logs a call when it has responded.
    const [next = Number.NaN] = await eventually(
      () => observationsSince(killedAt),
      (observations) => observations.length > 0,
      { withinMs: 60_000, everyMs: 500, what: 'the next observation' },
    );
    recoveries.push(next - killedAt);
    say(`killed ${kill + 1} of ${kills}: continues after ${shown((next - killedAt) / 1000)} s`);
  }
  await Promise.all(workers.map((worker) => worker.stop()));
  return recoveries;
}

async function measureLoad(
  { options, cleanup, say }: Bench,
  runs: number,
  seconds: number,
): Promise<{ observations: number; locks: number }> {
  const processes = new Processes(cleanup, options.profile);
  const redisServer = await processes.redis();
  const { url } = await processes.simulator({ SIMULATOR_TRAINING_SECONDS: '86400' });
  const simulator = new SimulatorClient(url);
  const redis = new Redis(redisServer.url);
  cleanup.add(() => (simulator.close(), redis.disconnect()));
  say(`recording ${runs} runs`);
  await seedRuns(processes.databaseUrl, runs);
  await simulator.seed(seedPrefix, runs);
  await simulator.fault(slowObservation);
  const workers = [await processes.worker(), await processes.worker()];
  await eventually(
    () => redis.zcard(`{autodeploy-${project}}:check-training:delayed`),
    (jobs) => jobs >= runs * 0.9,
    { withinMs: 120_000, everyMs: 500, what: 'all runs in the queue' },
  );
  const busy = fileURLToPath(import.meta.resolve('./recovery/busy-loop.ts'));
  for (let count = 0; count < busyLoops; count += 1) await processes.baseline('busy-loop', busy, []);
  say(`${busyLoops} busy loops beside two workers, for ${seconds} s`);
  await delay(seconds * 1000);
  const observations = (await simulator.calls({ operation: 'DescribeTrainingJob' })).length;
  // All workers write to one log.
  const lost = workers[0]?.lines(lostLock) ?? [];
  for (const line of lost) say(line);
  return { observations, locks: lost.length };
}
