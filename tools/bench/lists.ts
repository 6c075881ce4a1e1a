import { fileURLToPath } from 'node:url';
import { type Engine, engines } from '../chaos/chaos-database.ts';
import type { Bench } from './bench.ts';
import { HttpClient } from './http-client.ts';
import { databaseOf } from './lists/databases.ts';
import { requestsOver } from './lists/requests.ts';
import { seedHistory } from './lists/seed.ts';
import { Processes } from './processes.ts';
import type { Aim, Report, Table } from './report.ts';
import { percentileOfRounds, timedRequests } from './rounds.ts';
import { shown } from './statistics.ts';

const little = 200;
const atOnce = 4;
/** Requests a round. */
const calls = 120;
const writtenPerSecond = 20;

interface Found {
  list: string;
  path: string;
  /** How long each request took, by round. */
  baselineMs: number[][];
  quietMs: number[][];
  writtenMs: number[][];
}

/** Lists and metrics over a long history, in alternate rounds with the same requests over a short one, on each engine. */
export async function benchLists(bench: Bench): Promise<Report> {
  const { rounds, runs, database } = bench.options;
  const size = { rounds: rounds ?? 3, runs: runs ?? 100_000 };
  const tables: Table[] = [];
  const aims: Aim[] = [];
  const names: string[] = [];
  for (const engine of database === null ? engines : [database]) {
    const { name, found } = await measure(bench, engine, size);
    names.push(name);
    tables.push(tableOf(name, found));
    aims.push(...aimsOf(name, found));
  }
  return {
    title: 'Lists and metrics over a long history',
    about:
      `${size.runs.toLocaleString('en-US')} runs that have ended, with their deployments on 50 endpoints and their history, beside a database ` +
      `with ${little}, the baseline: ${size.rounds} alternate rounds of ${calls} requests each, ${atOnce} at once; medians of the rounds' ` +
      `percentiles. One API process each, on ${names.join(' and ')}. While it is written, another process records ${writtenPerSecond} ` +
      'runs a second with their ends and deployments in the same database.',
    tables,
    aims,
  };
}

async function measure({ options, cleanup, say }: Bench, engine: Engine, size: { rounds: number; runs: number }) {
  const processes = new Processes(cleanup, options.profile);
  await processes.redis();
  await processes.simulator();
  const database = await databaseOf(engine, processes.folder, cleanup);
  const start = async (name: string, count: number) => {
    const url = await database.newUrl(name);
    say(`recording ${count} runs in ${database.name}`);
    await seedHistory(database, url, count);
    const api = await processes.api({ DATABASE_URL: url, QUEUE_PREFIX: `{bench-${engine}-${name}}` });
    const client = new HttpClient(api.url);
    cleanup.add(() => client.close());
    const ask = timedRequests(client, { atOnce, calls });
    return { url, ask, paths: requestsOver(count) };
  };
  const short = await start('short', little);
  const long = await start('long', size.runs);
  const found: Found[] = long.paths.map((one) => ({ ...one, baselineMs: [], quietMs: [], writtenMs: [] }));
  const onShort = (index: number, took: number[][]): Promise<void> => short.ask(short.paths[index]!.path, took);
  say('a round for V8 to compile');
  for (const [index, { path }] of found.entries()) {
    await onShort(index, []);
    await long.ask(path, []);
  }
  for (let number = 1; number <= size.rounds; number += 1) {
    for (const [index, { path, baselineMs, quietMs }] of found.entries()) {
      await onShort(index, baselineMs);
      await long.ask(path, quietMs);
    }
    const program = fileURLToPath(import.meta.resolve('./lists/writer.ts'));
    const writer = await processes.baseline('writer', program, [long.url, String(writtenPerSecond)]);
    for (const { path, writtenMs } of found) await long.ask(path, writtenMs);
    await writer.stop();
    say(`round ${number} of ${size.rounds} on ${database.name}`);
  }
  return { name: database.name, found };
}

const tableOf = (name: string, found: readonly Found[]): Table => ({
  columns: [name, `p50 ms, ${little} runs`, 'p50 ms', 'p50 ms, written', `p99 ms, ${little} runs`, 'p99 ms', 'p99 ms, written'],
  rows: found.map(({ list, baselineMs, quietMs, writtenMs }) => [
    list,
    ...[50, 99].flatMap((percent) =>
      [baselineMs, quietMs, writtenMs].map((tookMs) => shown(percentileOfRounds(tookMs, percent))),
    ),
  ]),
});

/** And the page of one run. */
const isList = ({ path }: Found): boolean => path.startsWith('/training-jobs') || path.startsWith('/deployments');

function aimsOf(name: string, found: readonly Found[]): Aim[] {
  const aim = (what: string, of: readonly Found[], mostMs: number): Aim[] =>
    (['quietMs', 'writtenMs'] as const).map((load) => {
      const p99Ms = Math.max(...of.map((one) => percentileOfRounds(one[load], 99)));
      const when = load === 'writtenMs' ? ', while it is written' : '';
      return {
        what: `${name}: p99 of ${what}${when}`,
        wanted: `<= ${mostMs} ms`,
        found: `${shown(p99Ms)} ms`,
        reached: p99Ms <= mostMs,
      };
    });
  return [
    ...aim('the slowest list', found.filter(isList), 50),
    ...aim(
      '/metrics',
      found.filter(({ path }) => path === '/metrics'),
      100,
    ),
  ];
}
