import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { HttpClient } from './http-client.ts';
import { seedHistory } from './lists/seed.ts';
import { drive, type Measured } from './load.ts';
import { Processes } from './processes.ts';
import type { Report } from './report.ts';
import { shown, shownSpread, spreadOf } from './statistics.ts';

const little = 100;
const atOnce = 4;

const paths = [
  '/training-jobs?limit=50',
  '/training-jobs?limit=50&status=completed',
  '/training-jobs?limit=50&status=failed',
  '/training-jobs?limit=50&status=stopped',
  '/training-jobs?limit=50&deployment_status=failed',
  '/training-jobs?limit=50&deployment_status=none',
  '/training-jobs?limit=50&status=completed&deployment_status=none',
  '/training-jobs?limit=50&status=completed&deployment_status=deployed',
  '/deployments?limit=50',
  '/deployments?limit=50&endpoint_name=sentiment-7',
  '/deployments?limit=50&training_job_name=bench-training-000007',
  '/training-jobs/bench-training-000007',
  '/metrics',
] as const;

interface Found {
  path: string;
  baseline: Measured[];
  service: Measured[];
}

/** Lists and metrics over a long history, in alternate rounds with the same requests over a short one. */
export async function benchLists({ options, cleanup, say }: Bench): Promise<Report> {
  const {
    seconds = 1,
    rounds = 3,
    runs = 100_000,
  } = {
    seconds: options.seconds ?? undefined,
    rounds: options.rounds ?? undefined,
    runs: options.runs ?? undefined,
  };
  const processes = new Processes(cleanup, options.profile);
  await processes.redis();
  await processes.simulator();
  const start = async (name: string, count: number): Promise<HttpClient> => {
    const databaseUrl = `file:${join(processes.folder, `${name}.db`)}`;
    say(`recording ${count} runs`);
    await seedHistory(databaseUrl, count);
    const api = await processes.api({ DATABASE_URL: databaseUrl, QUEUE_PREFIX: `{bench-${name}}` });
    const client = new HttpClient(api.url);
    cleanup.add(() => client.close());
    return client;
  };
  const short = await start('short', little);
  const long = await start('long', runs);

  const found: Found[] = paths.map((path) => ({ path, baseline: [], service: [] }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const one of found) {
      const ask = (client: HttpClient) => drive(async () => void (await client.ask('GET', one.path)), atOnce, { seconds });
      const baseline = await ask(short);
      const service = await ask(long);
      // The first round lets V8 compile.
      if (round === 0) continue;
      one.baseline.push(baseline);
      one.service.push(service);
    }
    say(`round ${round} of ${rounds}`);
  }
  const p99 = (measured: readonly Measured[]): number => spreadOf(measured.map(({ p99Ms }) => p99Ms)).median;
  const isMetrics = ({ path }: Found): boolean => path === '/metrics';
  const lists = Math.max(...found.filter((one) => !isMetrics(one)).map(({ service }) => p99(service)));
  const metrics = Math.max(...found.filter(isMetrics).map(({ service }) => p99(service)));
  const over = (measured: readonly Measured[], of: (one: Measured) => number): string => shownSpread(spreadOf(measured.map(of)));
  return {
    title: 'Lists and metrics over a long history',
    about:
      `${runs.toLocaleString('en-US')} runs that have ended, with their deployments on 50 endpoints and their history, beside a database ` +
      `with ${little}: ${rounds} alternate rounds of ${seconds} s for each request, ${atOnce} at once; medians, and the smallest ` +
      'and largest round. One API process each, on SQLite.',
    tables: [
      {
        columns: ['GET', `p50 ms, ${little} runs`, 'p50 ms', `p99 ms, ${little} runs`, 'p99 ms'],
        rows: found.map(({ path, baseline, service }) => [
          path,
          over(baseline, ({ p50Ms }) => p50Ms),
          over(service, ({ p50Ms }) => p50Ms),
          over(baseline, ({ p99Ms }) => p99Ms),
          over(service, ({ p99Ms }) => p99Ms),
        ]),
      },
    ],
    aims: [
      { what: 'p99 of the slowest list', wanted: '<= 50 ms', found: `${shown(lists)} ms`, reached: lists <= 50 },
      { what: 'p99 of /metrics', wanted: '<= 100 ms', found: `${shown(metrics)} ms`, reached: metrics <= 100 },
    ],
  };
}
