import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { smallFleet } from '../../../src/core/feed/feed-timing.ts';
import type { Bench } from '../bench.ts';
import type { Running } from '../processes.ts';
import { cpuWhile, processUse } from '../process-use.ts';
import { delaysOfAll, type FleetBench, startDescribed, startFleet, usedMemory } from './fleet.ts';
import { seededName } from './seed.ts';

export const intervalSeconds = 60;
/** CreateTrainingJob starts 3,600 trainings an hour, so that 100,000 at once are long ones. */
export const trainingHoursOf = (runs: number): number => (runs > 14_000 ? 28 : 4);
/** More than the baseline's process and the simulator can do together is not measured. */
const mostBaselineRuns = 20_000;
const baselineSeconds = 20;
const settleMs = 10_000;
/** For its many timers and first calls. */
const baselineSettleMs = 20_000;
/** Of the list, in one walk: 100 trainings a page. A walk begins every 12 intervals, with at most a page in 4 s. */
const walkPagesAnHour = (runs: number): number => Math.min(900, Math.ceil(runs / 100) * (3600 / (12 * intervalSeconds)));

export interface Use {
  cpuShare: number;
  residentMb: number;
  /** Calls an hour, by operation. */
  calls: Record<string, number>;
}

export interface Size {
  runs: number;
  trainingHours: number;
  use: Use;
  callsAnHour: number;
  redisBytes: number;
  /** From the end of a training to its description, in milliseconds. */
  delays: number[];
  /** null where it was not measured. */
  baseline: Use | null;
}

/** One worker with so many trainings, in the steady state, and a direct poller of as many. */
export async function measureSize(bench: Bench, { runs, seconds }: { runs: number; seconds: number }): Promise<Size> {
  const trainingHours = trainingHoursOf(runs);
  bench.say(`${runs}: recording the runs`);
  const fleet = await startFleet(bench, { runs, trainingHours });
  bench.say(`${runs}: waiting until each is described once`);
  const env = { POLL_INTERVAL_SECONDS: String(intervalSeconds) };
  const [worker] = await startDescribed(fleet, { runs, env, withinMs: 600_000 });
  await delay(settleMs);
  await fleet.simulator.forgetCalls();
  bench.say(`${runs}: measuring for ${seconds} s`);
  const from = Date.now();
  const use = await useOf(fleet, worker, seconds);
  const redisBytes = ((await usedMemory(fleet.redis)) - fleet.usedBefore) / runs;
  const ended = await someEnded(fleet, runs, from);
  const delays = await delaysOfAll(fleet.simulator, ended, 2.5 * intervalSeconds * 1000);
  await worker.stop();
  const baseline = runs <= mostBaselineRuns ? await measureBaseline(fleet, runs) : null;
  return { runs, trainingHours, use, callsAnHour: perHour(use, runs), redisBytes, delays, baseline };
}

/** A walk lies within the window or beside it: its pages count by their average. */
function perHour({ calls }: Use, runs: number): number {
  const { ListTrainingJobs: listed = 0, ...others } = calls;
  const average = runs > smallFleet ? orphanPagesAnHour + walkPagesAnHour(runs) : listed;
  return Object.values(others).reduce((sum, count) => sum + count, 0) + average;
}

/** The search for orphans reads a page every reconcile interval, of 30 s, less up to a quarter. */
const orphanPagesAnHour = 137;

async function useOf({ simulator }: FleetBench, { pid }: Running, seconds: number): Promise<Use> {
  const before = await simulator.counts();
  const from = Date.now();
  let residentMb = 0;
  const { cpuMs } = await cpuWhile({ it: pid }, async () => {
    for (const until = from + seconds * 1000; Date.now() < until; await delay(Math.min(1000, until - Date.now())))
      residentMb = Math.max(residentMb, processUse(pid).residentMb);
  });
  const tookMs = Date.now() - from;
  const after = await simulator.counts();
  const calls = Object.fromEntries(
    Object.entries(after).map(([operation, count]) => [operation, ((count - (before[operation] ?? 0)) * 3_600_000) / tookMs]),
  );
  return { cpuShare: cpuMs.it / tookMs, residentMb, calls };
}

/** Those that ended by themselves, or a few of a small fleet that are ended now. */
async function someEnded({ simulator }: FleetBench, runs: number, since: number): Promise<{ name: string; at: number }[]> {
  const ended = await simulator.ended(since);
  if (ended.length > 0) return ended;
  for (let number = 0; number < Math.min(runs, 5); number += 1) {
    await simulator.complete(seededName(runs - number));
    await delay(2000);
  }
  return simulator.ended(since);
}

async function measureBaseline(fleet: FleetBench, runs: number): Promise<Use> {
  const program = fileURLToPath(import.meta.resolve('../direct-poller.ts'));
  const poller = await fleet.processes.baseline('direct-poller', program, [
    fleet.simulatorUrl,
    String(runs),
    String(intervalSeconds),
  ]);
  await delay(baselineSettleMs);
  const use = await useOf(fleet, poller, runs < 100 ? 3 * baselineSeconds : baselineSeconds);
  await poller.stop();
  return use;
}
