import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from 'sagemaker-simulator';
import { longestCheckMs } from '../../../src/core/feed/feed-timing.ts';
import type { Bench } from '../bench.ts';
import { delaysOfAll, type FleetBench, startDescribed, startFleet } from './fleet.ts';
import { seededName } from './seed.ts';

/** More than are described each; few enough that what is measured is no lack of processor time. */
export const delayRuns = 300;
export const delayIntervalSeconds = 5;
const ends = 20;
const endsApartMs = 500;
const index: Settings['searchIndex'] = { lagMs: 0, lost: 0, late: 0, lateMs: 0, loses: [], delays: [] };

export interface Delays {
  what: string;
  /** In milliseconds, by the contract. */
  boundMs: number;
  found: number[];
}

interface Scenario {
  what: string;
  /** The bound in intervals, and what comes on top. */
  intervals: number;
  lagMs?: number;
  begin: (fleet: FleetBench, names: readonly string[]) => Promise<unknown>;
}

const scenarios: readonly Scenario[] = [
  { what: 'the index is in time', intervals: 2, begin: () => Promise.resolve() },
  {
    what: 'the index is 15 s behind',
    intervals: 2,
    lagMs: 15_000,
    begin: ({ simulator }) => simulator.set({ searchIndex: { ...index, lagMs: 15_000 } }),
  },
  {
    what: 'the index is 60 s behind for half of them',
    intervals: 2,
    lagMs: 60_000,
    begin: ({ simulator }, names) =>
      simulator.set({ searchIndex: { ...index, lateMs: 60_000, delays: names.filter((_, at) => at % 2 === 0) } }),
  },
  {
    what: 'the index loses them',
    intervals: 20,
    begin: ({ simulator }, names) => simulator.set({ searchIndex: { ...index, loses: [...names] } }),
  },
  {
    what: 'Search is denied',
    intervals: 6,
    begin: ({ simulator }) =>
      simulator.fault({
        kind: 'error',
        match: { operation: 'Search' },
        code: 'AccessDeniedException',
        status: 400,
        times: 'forever',
      }),
  },
];

/** How soon ends without an event are seen, by a worker with the feed and by one without. */
export async function measureDelays(bench: Bench): Promise<Delays[]> {
  const fleet = await startFleet(bench, { runs: delayRuns, trainingHours: 4 });
  const env = { POLL_INTERVAL_SECONDS: String(delayIntervalSeconds), RECONCILE_INTERVAL_SECONDS: String(delayIntervalSeconds) };
  const [worker] = await startDescribed(fleet, { runs: delayRuns, env, withinMs: 120_000 });
  await delay(3 * delayIntervalSeconds * 1000);
  let next = delayRuns / 2;
  const names = (): string[] => Array.from({ length: ends }, () => seededName((next += 1)));
  const found: Delays[] = [];
  for (const scenario of scenarios) {
    bench.say(`delays: ${scenario.what}`);
    const some = names();
    await scenario.begin(fleet, some);
    found.push({ what: scenario.what, ...(await measure(fleet, some, scenario)) });
    await fleet.simulator.clearFaults();
    await fleet.simulator.set({ searchIndex: index });
    await delay(2 * delayIntervalSeconds * 1000);
  }
  await worker.stop();
  bench.say('delays: CHANGE_FEED=off');
  const [plain] = await startDescribed(fleet, {
    runs: delayRuns - ends * found.length - ends,
    env: { ...env, CHANGE_FEED: 'off' },
    withinMs: 120_000,
  });
  // The last checks of the worker before still sleep.
  await delay(longestCheckMs(delayIntervalSeconds * 1000));
  found.push({ what: 'CHANGE_FEED=off', ...(await measure(fleet, names(), { intervals: 1 })) });
  await plain.stop();
  return found;
}

async function measure(
  { simulator }: FleetBench,
  names: readonly string[],
  { intervals, lagMs = 0 }: Pick<Scenario, 'intervals' | 'lagMs'>,
): Promise<Omit<Delays, 'what'>> {
  const since = Date.now();
  for (const name of names) {
    await simulator.complete(name);
    await delay(endsApartMs);
  }
  const own = new Set(names);
  const ended = (await simulator.ended(since)).filter(({ name }) => own.has(name));
  const boundMs = intervals * delayIntervalSeconds * 1000 + lagMs;
  return { boundMs, found: await delaysOfAll(simulator, ended, 2 * boundMs) };
}
