import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from '../../src/ports/store.ts';
import { type Engine, engines } from '../chaos/chaos-database.ts';
import type { Bench } from './bench.ts';
import { openReaders } from './history/readers.ts';
import { databaseOf, storeOf } from './lists/databases.ts';
import { recordEndedRun } from './lists/record-run.ts';
import { cpuWhile } from './process-use.ts';
import { Processes } from './processes.ts';
import type { Aim, Report } from './report.ts';
import { percentile, shown, shownSpread, spreadOf } from './statistics.ts';

/** As many as one process has. */
const readers = 200;
const runsPerSecond = 1;
const mostPercent = 5;
const mostLatencyMs = 500;

interface Measured {
  name: string;
  /** Of a core, by round: without readers, with them and nothing written, with them and runs recorded. */
  baseline: number[];
  silent: number[];
  written: number[];
  latencyMs: number[];
  entriesPerSecond: number[];
}

/** What the API process spends on readers of the history, over what it spends without them, on each engine. */
export async function benchHistory(bench: Bench): Promise<Report> {
  const { rounds, seconds, database } = bench.options;
  const size = { rounds: rounds ?? 3, seconds: seconds ?? 20 };
  const measured: Measured[] = [];
  for (const engine of database === null ? engines : [database]) measured.push(await measure(bench, engine, size));
  return {
    title: 'Readers of the history',
    about:
      `${readers} event streams of GET /history on one API process. Processor time of that process as a share of a core, in ${size.rounds} ` +
      `rounds of ${size.seconds} s each way: without readers while ${runsPerSecond} run a second is recorded with its end and its deployment, ` +
      'the baseline; with readers and nothing recorded; with readers and the same runs. Latency: from the return of the commit of ' +
      "a run's last entry to its arrival at a reader in the recording process.",
    tables: [
      {
        columns: ['', ...measured.map(({ name }) => name)],
        rows: [
          ['without readers, % of a core', ...measured.map(({ baseline }) => shownSpread(spreadOf(baseline)))],
          ['with readers, nothing recorded, %', ...measured.map(({ silent }) => shownSpread(spreadOf(silent)))],
          ['with readers, runs recorded, %', ...measured.map(({ written }) => shownSpread(spreadOf(written)))],
          ['entries a second at each reader', ...measured.map((one) => shownSpread(spreadOf(one.entriesPerSecond)))],
          ['latency p50, ms', ...measured.map(({ latencyMs }) => shown(percentile(latencyMs, 50)))],
          ['latency p99, ms', ...measured.map(({ latencyMs }) => shown(percentile(latencyMs, 99)))],
        ],
      },
    ],
    aims: measured.flatMap(aimsOf),
  };
}

async function measure({ options, cleanup, say }: Bench, engine: Engine, size: { rounds: number; seconds: number }) {
  const processes = new Processes(cleanup, options.profile);
  await processes.redis();
  await processes.simulator();
  const database = await databaseOf(engine, processes.folder, cleanup);
  const url = await database.newUrl('history');
  const api = await processes.api({ DATABASE_URL: url, QUEUE_PREFIX: `{bench-${engine}-history}` });
  const store = await storeOf(url);
  cleanup.add(() => store.close());
  const measured: Measured = { name: database.name, baseline: [], silent: [], written: [], latencyMs: [], entriesPerSecond: [] };
  const windowMs = size.seconds * 1000;
  const share = async (work: () => Promise<unknown>): Promise<number> => {
    const startedAt = performance.now();
    const { cpuMs } = await cpuWhile({ api: api.pid }, work);
    return (cpuMs.api / (performance.now() - startedAt)) * 100;
  };
  let recorded = 0;
  const record = (committedAt: Map<string, number>): Promise<void> =>
    recordFor(store, windowMs, () => (recorded += 1), committedAt);
  await record(new Map());
  for (let round = 1; round <= size.rounds; round += 1) {
    measured.baseline.push(await share(() => record(new Map())));
    const open = await openReaders(api.url, readers);
    measured.silent.push(await share(() => delay(windowMs)));
    const before = open.entries();
    const committedAt = new Map<string, number>();
    measured.written.push(await share(() => record(committedAt)));
    await delay(1000);
    measured.entriesPerSecond.push((open.entries() - before) / readers / size.seconds);
    for (const [name, at] of committedAt) {
      const arrivedAt = open.endedAt.get(name);
      if (arrivedAt === undefined) throw new Error(`the end of ${name} has not come`);
      measured.latencyMs.push(Math.max(0, arrivedAt - at));
    }
    open.close();
    await delay(500);
    say(`round ${round} of ${size.rounds} on ${database.name}`);
  }
  return measured;
}

/** Records runs with their ends at an even rate. `committedAt` gets when the last change of each was committed. */
async function recordFor(store: Store, forMs: number, next: () => number, committedAt: Map<string, number>): Promise<void> {
  const startedAt = performance.now();
  for (let count = 0; count * (1000 / runsPerSecond) < forMs; count += 1) {
    const dueMs = startedAt + (count * 1000) / runsPerSecond - performance.now();
    if (dueMs > 0) await delay(dueMs);
    const trainingJobName = `bench-followed-${next()}`;
    // Its number decides about failures: none of them waits for its turn.
    await recordEndedRun(store, { index: 1, trainingJobName, now: Date.now() });
    committedAt.set(trainingJobName, performance.now());
  }
  const restMs = startedAt + forMs - performance.now();
  if (restMs > 0) await delay(restMs);
}

function aimsOf({ name, baseline, written, latencyMs }: Measured): Aim[] {
  const percent = spreadOf(written).median - spreadOf(baseline).median;
  const p99Ms = percentile(latencyMs, 99);
  return [
    {
      what: `${name}: ${readers} readers over the baseline`,
      wanted: `<= ${mostPercent} % of a core`,
      found: `${shown(percent)} %`,
      reached: percent <= mostPercent,
    },
    {
      what: `${name}: p99 from commit to reader`,
      wanted: `<= ${mostLatencyMs} ms`,
      found: `${shown(p99Ms)} ms`,
      reached: p99Ms <= mostLatencyMs,
    },
  ];
}
