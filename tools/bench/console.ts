import { type Engine, engines } from '../chaos/chaos-database.ts';
import type { Bench } from './bench.ts';
import { HttpClient } from './http-client.ts';
import { databaseOf } from './lists/databases.ts';
import { seededName } from './lists/names.ts';
import { seedHistory } from './lists/seed.ts';
import { Processes } from './processes.ts';
import type { Aim, Report, Table } from './report.ts';
import { percentileOfRounds, timedRequests } from './rounds.ts';
import { shown } from './statistics.ts';

/** Readers at once: each waits for its page. */
const atOnce = 2;
/** Requests a round. */
const calls = 100;
const mostMs = 50;
const mostBytes = 60_000;

interface Found {
  page: string;
  /** Of the API, for the same rows; and of the console. */
  baseline: string;
  candidate: string;
  /** How long each request took, by round. */
  baselineMs: number[][];
  candidateMs: number[][];
  bytes: number;
}

/** The pages of runs over a history, in alternate rounds with the requests to the API for the same rows, on each engine. */
export async function benchConsole(bench: Bench): Promise<Report> {
  const { rounds, runs, database } = bench.options;
  const size = { rounds: rounds ?? 3, runs: runs ?? 10_000 };
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
    title: 'Pages of the console',
    about:
      `${size.runs.toLocaleString('en-US')} runs with their deployments on 50 endpoints; 50 runs a page. The baseline is GET /training-jobs for ` +
      `the same rows, or that of the one run: ${size.rounds} alternate rounds of ${calls} requests each, ${atOnce} at once; medians of the ` +
      `rounds' percentiles. One API process, on ${names.join(' and ')}.`,
    tables,
    aims,
  };
}

function pagesOf(runs: number): Pick<Found, 'page' | 'baseline' | 'candidate'>[] {
  const half = Buffer.from(String(Math.round(runs / 2))).toString('base64url');
  const lists = [
    { page: 'Runs', query: '' },
    { page: 'Runs, half-way', query: `&cursor=${half}` },
    { page: 'Runs, failed', query: '&status=failed' },
    { page: 'Runs, by a part of the name', query: '&name_contains=00' },
    { page: 'Runs of an endpoint', query: '&endpoint_name=sentiment-7' },
  ].map(({ page, query }) => ({
    page,
    baseline: `/training-jobs?limit=50${query}`,
    candidate: `/console/runs?limit=50${query}`,
  }));
  const name = seededName(7);
  const followed = `/console/runs?limit=50&top=${Date.now()}`;
  return [
    ...lists,
    { page: 'Runs, as it follows what happens', baseline: '/training-jobs?limit=50', candidate: followed },
    { page: 'A run', baseline: `/training-jobs/${name}`, candidate: `/console/runs/${name}` },
  ];
}

async function measure({ options, cleanup, say }: Bench, engine: Engine, size: { rounds: number; runs: number }) {
  const processes = new Processes(cleanup, options.profile);
  await processes.redis();
  await processes.simulator();
  const database = await databaseOf(engine, processes.folder, cleanup);
  const url = await database.newUrl('console');
  say(`recording ${size.runs} runs in ${database.name}`);
  await seedHistory(database, url, size.runs);
  const api = await processes.api({ DATABASE_URL: url, QUEUE_PREFIX: `{bench-${engine}-console}` });
  const client = new HttpClient(api.url);
  cleanup.add(() => client.close());
  const found: Found[] = pagesOf(size.runs).map((one) => ({ ...one, baselineMs: [], candidateMs: [], bytes: 0 }));
  const ask = timedRequests(client, { atOnce, calls });
  say('a round for V8 to compile');
  for (const one of found) {
    await ask(one.baseline, []);
    await ask(one.candidate, []);
    one.bytes = Buffer.byteLength(String(await client.ask('GET', one.candidate)));
  }
  for (let number = 1; number <= size.rounds; number += 1) {
    for (const { baseline, candidate, baselineMs, candidateMs } of found) {
      await ask(baseline, baselineMs);
      await ask(candidate, candidateMs);
    }
    say(`round ${number} of ${size.rounds} on ${database.name}`);
  }
  return { name: database.name, found };
}

const tableOf = (name: string, found: readonly Found[]): Table => ({
  columns: [name, 'p50 ms, API', 'p50 ms', 'p95 ms, API', 'p95 ms', 'kB'],
  rows: found.map(({ page, baselineMs, candidateMs, bytes }) => [
    page,
    ...[50, 95].flatMap((percent) => [baselineMs, candidateMs].map((tookMs) => shown(percentileOfRounds(tookMs, percent)))),
    (bytes / 1000).toFixed(0),
  ]),
});

function aimsOf(name: string, found: readonly Found[]): Aim[] {
  const p95Ms = Math.max(...found.map(({ candidateMs }) => percentileOfRounds(candidateMs, 95)));
  const bytes = Math.max(...found.map((one) => one.bytes));
  return [
    {
      what: `${name}: p95 of the slowest page`,
      wanted: `<= ${mostMs} ms`,
      found: `${shown(p95Ms)} ms`,
      reached: p95Ms <= mostMs,
    },
    {
      what: `${name}: the largest page`,
      wanted: `<= ${mostBytes / 1000} kB`,
      found: `${(bytes / 1000).toFixed(0)} kB`,
      reached: bytes <= mostBytes,
    },
  ];
}
