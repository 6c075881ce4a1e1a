import type { Bench } from './bench.ts';
import { delayIntervalSeconds, delayRuns, type Delays, measureDelays } from './polling/measure-delays.ts';
import { intervalSeconds, measureSize, type Size } from './polling/measure-size.ts';
import type { Aim, Report, Table } from './report.ts';
import { percentile, shown } from './statistics.ts';

const sizes = [1, 100, 1000, 10_000, 100_000];
/** Small enough to be measured side by side. */
const side = 1000;
const bounds: Record<number, number> = { 1000: 1.2, 10_000: 0.5 };

/**
 * Trainings in progress on one worker process, over a direct poller of as many: what they cost SageMaker, the worker and Redis, and how
 * soon their ends are seen, also while the index of Search is late, loses changes or is denied.
 */
export async function benchPolling(bench: Bench): Promise<Report> {
  const { options } = bench;
  const wanted = options.runs === null ? sizes : [options.runs];
  const seconds = options.seconds ?? 120;
  const measure = (runs: number): Promise<Size> => measureSize(bench, { runs, seconds });
  const [delays, ...small] = await Promise.all([
    options.runs === null ? measureDelays(bench) : [],
    ...wanted.filter((runs) => runs <= side).map(measure),
  ]);
  const large: Size[] = [];
  for (const runs of wanted.filter((one) => one > side)) large.push(await measure(runs));
  return report([...small, ...large], delays, seconds);
}

function report(found: readonly Size[], delays: readonly Delays[], seconds: number): Report {
  return {
    title: 'Trainings in progress',
    about:
      `One worker process with an interval of ${intervalSeconds} s, in the steady state: each training has been described once. Trainings take ` +
      `4 h (28 h of more than 14,000, which CreateTrainingJob could not start faster) and are in all phases; each ends as its time comes. ` +
      `Measured for ${seconds} s; the walk through the list counts by its average. Starts and deployments come on top. The baseline is one ` +
      'Node process with one timer and one direct DescribeTrainingJob a training and interval. An end is seen when the service describes its training.',
    tables: [costs(found), ...(delays.length === 0 ? [] : [delayTable(delays)])],
    aims: [...found.flatMap(aimsOf), ...delays.map(aimOfDelay)],
  };
}

const callsARunHour = ({ callsAnHour, runs }: Size): number => callsAnHour / runs;
const seconds = (ms: number): string => shown(ms / 1000);

function costs(found: readonly Size[]): Table {
  const baselineOf = ({ baseline, runs }: Size): string =>
    baseline === null ? '–' : shown(Object.values(baseline.calls).reduce((sum, count) => sum + count, 0) / runs);
  return {
    columns: [
      'Trainings',
      'Calls a run-hour',
      'Described each',
      'Calls/s',
      'Search/h',
      'Describe/h',
      'Of a core',
      'Described each',
      'Resident MB, at most',
      'Redis bytes a run',
      'End seen after, p50 s',
      'at most s',
    ],
    rows: found.map((size) => [
      size.runs.toLocaleString('en-US'),
      shown(callsARunHour(size)),
      baselineOf(size),
      shown(size.callsAnHour / 3600),
      shown(size.use.calls['Search'] ?? 0),
      shown(size.use.calls['DescribeTrainingJob'] ?? 0),
      `${shown(size.use.cpuShare * 100)} %`,
      size.baseline === null ? '–' : `${shown(size.baseline.cpuShare * 100)} %`,
      shown(size.use.residentMb),
      shown(size.redisBytes),
      seconds(percentile(size.delays, 50)),
      seconds(Math.max(...size.delays)),
    ]),
  };
}

const delayTable = (delays: readonly Delays[]): Table => ({
  columns: [
    `${delayRuns.toLocaleString('en-US')} trainings, an interval of ${delayIntervalSeconds} s`,
    'Seen after, p50 s',
    'at most s',
    'Promised s',
  ],
  rows: delays.map(({ what, boundMs, found }) => [
    what,
    seconds(percentile(found, 50)),
    seconds(Math.max(...found)),
    seconds(boundMs),
  ]),
});

const aim = (what: string, most: number, value: number, unit = ''): Aim => ({
  what,
  wanted: `<= ${most.toLocaleString('en-US')}${unit}`,
  found: `${shown(value)}${unit}`,
  reached: value <= most,
});

function aimsOf(size: Size): Aim[] {
  const { runs, use, callsAnHour, redisBytes, delays } = size;
  const of = `${runs.toLocaleString('en-US')} trainings`;
  const mostCalls = bounds[runs];
  return [
    ...(mostCalls === undefined ? [] : [aim(`${of}: calls a run-hour`, mostCalls, callsARunHour(size))]),
    ...(runs < 10_000 ? [] : [aim(`${of}: memory of the worker`, runs > 10_000 ? 400 : 250, use.residentMb, ' MB')]),
    ...(runs <= 10_000
      ? []
      : [aim(`${of}: calls a second`, 2, callsAnHour / 3600), aim(`${of}: processor`, 50, use.cpuShare * 100, ' % of a core')]),
    ...(runs < 10_000 ? [] : [aim(`${of}: Redis`, 2048, redisBytes, ' bytes a run')]),
    aim(`${of}: an end is seen`, (runs <= 100 ? 1 : 2) * intervalSeconds + 5, Math.max(...delays) / 1000, ' s'),
  ];
}

const aimOfDelay = ({ what, boundMs, found }: Delays): Aim =>
  aim(`an end is seen: ${what}`, boundMs / 1000 + 2, Math.max(...found) / 1000, ' s');
