import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { eventually } from '../testkit/eventually.ts';
import type { Bench } from './bench.ts';
import { DueTimes } from './polling/due-times.ts';
import { seedPrefix, seedRuns } from './polling/seed.ts';
import { Processes, type Running } from './processes.ts';
import { cpuWhile, processUse } from './process-use.ts';
import type { Report } from './report.ts';
import { SimulatorClient } from './simulator.ts';
import { percentile, shown } from './statistics.ts';

const intervalSeconds = 60;
/** The instant of each due poll stands in Redis for at least nine tenths of an interval. */
const checkIntervalMs = 20_000;
/** For a poller's start and its first calls. */
const warmUpMs = 10_000;
/** A poll that is later than this is missed. */
const missedAfterMs = 5000;
const longestBaselineSeconds = 30;

interface Use {
  cpuShare: number;
  residentMb: number;
  polls: number;
}

/** Many runs in flight on one worker process, each polled once a minute; over a direct poller of as many, before and after. */
export async function benchPolling({ options, cleanup, say }: Bench): Promise<Report> {
  const runs = options.runs ?? 10_000;
  const seconds = options.seconds ?? 120;
  const baselineSeconds = Math.min(longestBaselineSeconds, seconds);
  const processes = new Processes(cleanup, options.profile);
  const redisServer = await processes.redis();
  const simulatorProcess = await processes.simulator({ SIMULATOR_TRAINING_SECONDS: '86400' });
  const simulator = new SimulatorClient(simulatorProcess.url);
  const redis = new Redis(redisServer.url);
  cleanup.add(() => (simulator.close(), redis.disconnect()));
  const usedBefore = await usedMemory(redis);
  say(`recording ${runs} runs`);
  await seedRuns(processes.databaseUrl, runs);
  await simulator.seed(seedPrefix, runs);

  const polls = async (window: { from: number; to: number }): Promise<number> =>
    (await simulator.calls({ operation: 'DescribeTrainingJob' })).filter(({ at }) => at >= window.from && at < window.to).length;
  const useOf = async ({ pid }: Running, forSeconds: number): Promise<Use> => {
    const from = Date.now();
    let residentMb = 0;
    const { cpuMs } = await cpuWhile({ it: pid }, async () => {
      for (const until = from + forSeconds * 1000; Date.now() < until; await delay(Math.min(1000, until - Date.now())))
        residentMb = Math.max(residentMb, processUse(pid).residentMb);
    });
    const to = Date.now();
    return { cpuShare: cpuMs.it / (to - from), residentMb, polls: await polls({ from, to }) };
  };
  const measureBaseline = async (): Promise<Use> => {
    const poller = await processes.baseline('direct-poller', fileURLToPath(import.meta.resolve('./direct-poller.ts')), [
      simulatorProcess.url,
      String(runs),
      String(intervalSeconds),
    ]);
    await delay(warmUpMs);
    const use = await useOf(poller, baselineSeconds);
    await poller.stop();
    return use;
  };

  say('the baseline, before');
  const baselines = [await measureBaseline()];
  const worker = await processes.worker({ POLL_INTERVAL_SECONDS: String(intervalSeconds) });
  const dueTimes = new DueTimes(redis);
  await eventually(
    () => dueTimes.jobs(),
    (jobs) => jobs >= runs,
    { withinMs: 60_000, everyMs: 200, what: 'all runs in the queue' },
  );
  say(`all runs are in the queue; waiting for one interval of ${intervalSeconds} s, which spreads them`);
  await watchingDueTimes(dueTimes, () => delay(intervalSeconds * 1000));
  say(`measuring for ${seconds} s`);
  const from = Date.now();
  const service = await watchingDueTimes(dueTimes, () => useOf(worker, seconds));
  const to = Date.now();
  const redisBytes = ((await usedMemory(redis)) - usedBefore) / runs;
  await delay(missedAfterMs);
  const calls = await simulator.calls({ operation: 'DescribeTrainingJob' });
  const lateness = dueTimes.lateness(calls, { from, to });
  await worker.stop();
  say('the baseline, after');
  baselines.push(await measureBaseline());
  return report({ runs, seconds, baselineSeconds, service, baselines, redisBytes, lateness });
}

/** Observes the due times now, and repeatedly until the work is done. */
async function watchingDueTimes<T>(dueTimes: DueTimes, work: () => Promise<T>): Promise<T> {
  await dueTimes.observe();
  const observations: Promise<void>[] = [];
  const timer = setInterval(() => observations.push(dueTimes.observe()), checkIntervalMs);
  try {
    const result = await work();
    await Promise.all(observations);
    return result;
  } finally {
    clearInterval(timer);
  }
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
}

interface Found {
  runs: number;
  seconds: number;
  baselineSeconds: number;
  service: Use;
  baselines: readonly Use[];
  redisBytes: number;
  lateness: readonly (number | null)[];
}

function report({ runs, seconds, baselineSeconds, service, baselines, redisBytes, lateness }: Found): Report {
  const late = lateness.map((ms) => ms ?? Infinity);
  const missed = late.filter((ms) => ms > missedAfterMs).length;
  const perPollMs = ({ cpuShare, polls }: Use, forSeconds: number): number => (cpuShare * forSeconds * 1000) / polls;
  const baselinePerPollMs = baselines.reduce((sum, baseline) => sum + perPollMs(baseline, baselineSeconds), 0) / baselines.length;
  const cpu = service.cpuShare * 100;
  const row = (name: string, use: Use, forSeconds: number): string[] => {
    const ms = perPollMs(use, forSeconds);
    const rate = use.polls / forSeconds;
    return [name, `${shown(use.cpuShare * 100)} %`, shown(use.residentMb), shown(rate), shown(ms), shown(ms / baselinePerPollMs)];
  };
  return {
    title: `${runs.toLocaleString('en-US')} runs in flight`,
    about:
      `One worker process polls each run every ${intervalSeconds} s (less up to a tenth); measured for ${seconds} s, after an interval ` +
      `that spread them. The baseline is one Node process with one timer and one direct DescribeTrainingJob a run and interval, before and ` +
      `after, for ${baselineSeconds} s each. Redis holds when a poll is due, the simulator's log when it came. The design that this service ` +
      'replaces took 50 KB and one thread a run.',
    tables: [
      {
        columns: ['', 'Of a core', 'Resident MB, at most', 'Polls/s', 'Processor ms a poll', 'Of the baseline'],
        rows: [
          row('direct poller, before', baselines[0] ?? service, baselineSeconds),
          row('the worker', service, seconds),
          row('direct poller, after', baselines[1] ?? service, baselineSeconds),
        ],
      },
      {
        columns: ['Polls due', 'Made', 'Missed', 'Late by, p50 ms', 'p99 ms', 'At most ms', 'Redis bytes a run'],
        rows: [
          [
            String(lateness.length),
            String(lateness.length - missed),
            String(missed),
            ...[percentile(late, 50), percentile(late, 99), Math.max(...late)].map(shown),
            shown(redisBytes),
          ],
        ],
      },
    ],
    aims: [
      { what: 'processor', wanted: '<= 25 % of a core', found: `${shown(cpu)} %`, reached: cpu <= 25 },
      {
        what: 'memory of the worker',
        wanted: '<= 250 MB',
        found: `${shown(service.residentMb)} MB`,
        reached: service.residentMb <= 250,
      },
      { what: 'Redis', wanted: '<= 2,048 bytes a run', found: shown(redisBytes), reached: redisBytes <= 2048 },
      { what: 'polls missed', wanted: '0', found: String(missed), reached: missed === 0 && lateness.length > 0 },
    ],
  };
}
