import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import { Cleanup } from './cleanup.ts';
import { intervalSeconds, trainingHoursOf } from './polling/measure-size.ts';
import { startDescribed, startFleet } from './polling/fleet.ts';
import { cpuWhile } from './process-use.ts';
import type { Report } from './report.ts';
import { shown } from './statistics.ts';

const sizes = [10_000, 100_000];
const fleetSize = 4;
/** Until V8 has compiled what the workers repeat: each has described its part of the trainings before. */
const settleMs = 60_000;
const mostRatio = 1.2;

interface Shares {
  runs: number;
  /** Of a core. */
  idle: number;
  one: number;
  all: number;
}

/**
 * The processor that the same trainings take of one worker and of several together. Each number of workers starts with trainings of its own, since a worker
 * that joins later has compiled nothing yet.
 */
export async function benchWorkers(bench: Bench): Promise<Report> {
  const { options } = bench;
  const seconds = options.seconds ?? 120;
  const found: Shares[] = [];
  for (const runs of options.runs === null ? sizes : [options.runs]) {
    const measure = (workers: number, trainings = runs): Promise<number> =>
      measureShare(bench, { runs: trainings, workers, seconds });
    found.push({ runs, idle: await measure(1, 1), one: await measure(1), all: await measure(fleetSize) });
  }
  return report(found, seconds);
}

async function measureShare(
  bench: Bench,
  { runs, workers, seconds }: { runs: number; workers: number; seconds: number },
): Promise<number> {
  const cleanup = new Cleanup();
  bench.cleanup.add(() => cleanup.run());
  const trainingHours = trainingHoursOf(runs);
  bench.say(`${runs} trainings, ${workers} ${workers === 1 ? 'worker' : 'workers'}: until each is described once`);
  const fleet = await startFleet({ options: bench.options, cleanup }, { runs, trainingHours });
  const env = { POLL_INTERVAL_SECONDS: String(intervalSeconds) };
  const running = await startDescribed(fleet, { runs, env, withinMs: 900_000, workers });
  await delay(settleMs);
  bench.say(`measuring for ${seconds} s`);
  const from = Date.now();
  const { cpuMs } = await cpuWhile(Object.fromEntries(running.map(({ pid }) => [String(pid), pid])), () => delay(seconds * 1000));
  const share = Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0) / (Date.now() - from);
  await cleanup.run();
  return share;
}

function report(found: readonly Shares[], seconds: number): Report {
  const share = (value: number): string => `${shown(value * 100)} %`;
  const named = (runs: number): string => `${runs.toLocaleString('en-US')} trainings`;
  return {
    title: 'More workers',
    about:
      `The trainings of "Trainings in progress", with an interval of ${intervalSeconds} s, on one worker process and on ${fleetSize} that share ` +
      `them; all start together, have described each training once, and are measured for ${seconds} s after another minute. What a worker ` +
      'takes with one training is what it takes by itself: its timers, its heartbeat, and the connections to Redis.',
    tables: [
      {
        columns: [
          'Of a core',
          'one worker, 1 training',
          'one worker',
          `${fleetSize} workers together`,
          'Ratio',
          'Ratio beside what each takes by itself',
        ],
        rows: found.map(({ runs, idle, one, all }) => [
          named(runs),
          share(idle),
          share(one),
          share(all),
          shown(all / one),
          shown((all - fleetSize * idle) / (one - idle)),
        ]),
      },
    ],
    aims: found.map(({ runs, one, all }) => ({
      what: `${named(runs)}: processor of ${fleetSize} workers, of one's`,
      wanted: `<= ${mostRatio}`,
      found: shown(all / one),
      reached: all / one <= mostRatio,
    })),
  };
}
