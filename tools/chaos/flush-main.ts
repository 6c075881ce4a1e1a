/**
 * `npm run flush`: FLUSHALL of Redis with many trainings in flight (`--runs`, 10,000 by default) on one real worker. Measures when each run
 * is in the queue again, when it is observed again, and the calls of SageMaker a second before and after. Exits with 1 when a run is queued
 * later than promised, is not observed within a polling interval of that, or the calls come in a burst.
 */
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Cleanup } from '../bench/cleanup.ts';
import { DueTimes } from '../bench/polling/due-times.ts';
import { seedPrefix, seedRuns } from '../bench/polling/seed.ts';
import { Processes } from '../bench/processes.ts';
import { SimulatorClient } from '../bench/simulator.ts';
import { eventually } from '../testkit/eventually.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    times: { type: 'string', default: '2' },
    poll: { type: 'string', default: '60' },
    reconcile: { type: 'string', default: '30' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write('npm run flush -- [--runs 10000] [--times 2] [--poll 60] [--reconcile 30], both intervals in seconds\n');
  process.exit();
}
const [runs, times, pollMs, reconcileMs] = [
  Number(values.runs),
  Number(values.times),
  Number(values.poll) * 1000,
  Number(values.reconcile) * 1000,
];
/** After the reconciler's interval: until the first run is queued again. 10,000 runs take 10 s more. */
const initialDelayMs = 5000;
const allWithinMs = initialDelayMs + (runs / 10_000) * 10_000;
/**
 * The calls in `windowMs` that count as a burst, as a multiple of an even spread. Half more are none: an interval is up to a tenth shorter
 * than its setting, so that the first runs are observed again while the last are still observed.
 */
const burst = 2;
const windowMs = 5000;
const graceMs = 5000;

const say = (line: string): void => void process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const broken: string[] = [];
const cleanup = new Cleanup();
try {
  await measure();
} finally {
  await cleanup.run();
}
for (const one of broken) say(`BROKEN ${one}`);
process.exitCode = broken.length === 0 ? 0 : 1;

async function measure(): Promise<void> {
  const processes = new Processes(cleanup, null);
  const server = await processes.redis();
  const { url } = await processes.simulator({ SIMULATOR_TRAINING_SECONDS: '86400' });
  const simulator = new SimulatorClient(url);
  const redis = new Redis(server.url);
  cleanup.add(() => (simulator.close(), redis.disconnect()));
  say(`recording ${runs} runs in training`);
  await seedRuns(processes.databaseUrl, runs);
  await simulator.seed(seedPrefix, runs);
  await processes.worker({ POLL_INTERVAL_SECONDS: values.poll, RECONCILE_INTERVAL_SECONDS: values.reconcile });
  const queue = new DueTimes(redis);
  const untilJobs = async (count: number, withinMs: number): Promise<number> => {
    await eventually(
      () => queue.jobs(),
      (jobs) => jobs >= count,
      { withinMs, everyMs: 20, what: `${count} runs in the queue` },
    );
    return Date.now();
  };
  const observationsIn = async (from: number, to: number): Promise<{ name: string | null; at: number }[]> =>
    (await simulator.calls({ operation: 'DescribeTrainingJob' })).filter(({ at }) => at >= from && at < to);

  await untilJobs(runs, 60_000);
  say('all runs are in the queue; waiting for one polling interval, which spreads them');
  await delay(pollMs);
  for (let time = 1; time <= times; time += 1) {
    // At a random point of the reconciler's interval.
    await delay(Math.random() * reconcileMs);
    const at = Date.now();
    await redis.flushall();
    const withinMs = reconcileMs + 60_000;
    const firstAt = await untilJobs(1, withinMs);
    const allAt = await untilJobs(runs, withinMs);
    await delay(pollMs + graceMs);
    const before = perSecond(await observationsIn(at - pollMs, at), at - pollMs, at);
    const observations = await observationsIn(at, allAt + pollMs + graceMs);
    const after = perSecond(observations, allAt, allAt + pollMs);
    const observed = new Set(observations.filter(({ at: observedAt }) => observedAt >= firstAt).map(({ name }) => name)).size;
    say(
      `FLUSHALL ${time}: the first run queued again after ${seconds(firstAt - at)}, all ${runs} after ${seconds(allAt - at)}; ` +
        `${observed} observed within a polling interval of that; calls a second ${before.mean} on average and ${before.most} at most ` +
        `in the ${values.poll} s before, ${after.mean} and ${after.most} in the ${values.poll} s after`,
    );
    if (firstAt - at > reconcileMs + initialDelayMs)
      broken.push(`the first run was queued again only after ${seconds(firstAt - at)}`);
    if (allAt - at > reconcileMs + allWithinMs) broken.push(`all runs were queued again only after ${seconds(allAt - at)}`);
    if (observed < runs) broken.push(`${runs - observed} runs were not observed within a polling interval`);
    if (after.most > burst * (runs / (pollMs / 1000))) broken.push(`a burst of ${after.most} calls a second`);
  }
}

/** The calls a second between two instants: on average, and in the busiest `windowMs`. */
function perSecond(observations: readonly { at: number }[], from: number, to: number): { mean: number; most: number } {
  const counts = new Map<number, number>();
  for (const { at } of observations) {
    if (at < from || at >= to) continue;
    const window = Math.floor((at - from) / windowMs);
    counts.set(window, (counts.get(window) ?? 0) + 1);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return {
    mean: Math.round(total / ((to - from) / 1000)),
    most: Math.round(Math.max(0, ...counts.values()) / (windowMs / 1000)),
  };
}
