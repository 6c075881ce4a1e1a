import type { Bench } from './bench.ts';
import { directSageMaker, trainingJob } from './direct-sdk.ts';
import { measureQueue } from './baselines/queue.ts';
import { measureSdk } from './baselines/sdk.ts';
import { measureStore } from './baselines/store.ts';
import { partColumns } from './baselines/rounds.ts';
import { HttpClient } from './http-client.ts';
import { drive, type Measured } from './load.ts';
import { Processes } from './processes.ts';
import { cpuWhile } from './process-use.ts';
import type { Report, Table } from './report.ts';
import { shown, shownSpread, spreadOf } from './statistics.ts';

const levels = [1, 10, 50];
const hyperparameters = { epochs: '3', learning_rate: '0.001' };
const endpointName = 'sentiment-endpoint';
/** Until V8 has compiled the hot code. */
const warmUpCalls = 3000;

interface Round {
  measured: Measured;
  /** Processor time a call, in milliseconds, by process. */
  cpuMs: Record<string, number>;
}

interface Level {
  atOnce: number;
  baseline: Round[];
  service: Round[];
}

/** `POST /bootstrap` through the whole service, in alternate rounds with direct CreateTrainingJob calls to the same simulator. */
export async function benchBootstrap({ options, cleanup, say }: Bench): Promise<Report> {
  const { seconds: roundSeconds = 3, rounds = 5 } = {
    seconds: options.seconds ?? undefined,
    rounds: options.rounds ?? undefined,
  };
  const processes = new Processes(cleanup, options.profile);
  const redis = await processes.redis();
  const simulator = await processes.simulator({ SIMULATOR_TRAINING_SECONDS: '86400' });
  const api = await processes.api();

  const sdk = directSageMaker(simulator.url);
  const client = new HttpClient(api.url);
  cleanup.add(() => (sdk.destroy(), client.close()));
  let named = 0;
  const baseline = async (): Promise<void> => {
    named += 1;
    await sdk.createTrainingJob(trainingJob(`direct-${named}`, endpointName, hyperparameters));
  };
  const service = async (): Promise<void> =>
    void (await client.ask('POST', '/bootstrap?auto_deploy=true', { endpoint_name: endpointName, hyperparameters }));
  const pids = { client: process.pid, simulator: simulator.pid, api: api.pid, redis: redis.pid };
  const round = async (call: () => Promise<void>, atOnce: number, forSeconds: number): Promise<Round> => {
    const { result, cpuMs } = await cpuWhile(pids, () => drive(call, atOnce, { seconds: forSeconds }));
    return {
      measured: result,
      cpuMs: Object.fromEntries(Object.entries(cpuMs).map(([name, ms]) => [name, ms / result.calls])),
    };
  };

  say('warming up');
  for (const call of [baseline, service]) await drive(call, 10, { calls: warmUpCalls });
  const found: Level[] = levels.map((atOnce) => ({ atOnce, baseline: [], service: [] }));
  for (let index = 1; index <= rounds; index += 1) {
    for (const level of found) {
      level.baseline.push(await round(baseline, level.atOnce, roundSeconds));
      level.service.push(await round(service, level.atOnce, roundSeconds));
      say(`round ${index} of ${rounds}, ${level.atOnce} at once: ${shown(ratioOf(level).at(-1) ?? 0)} of the baseline`);
    }
  }
  const parts = [
    await measureSdk(sdk, simulator.url, rounds),
    await measureStore(processes.folder, rounds),
    await measureQueue(redis.url, rounds),
  ];
  return report(
    found,
    parts.flat(),
    api.complaints(),
    `Alternate rounds of ${roundSeconds} s for baseline and service, ${rounds} of each`,
  );
}

/** The service's rate over that of the baseline in the round before. */
const ratioOf = ({ baseline, service }: Level): number[] =>
  service.map(({ measured }, index) => measured.perSecond / (baseline[index]?.measured.perSecond ?? Number.NaN));

function report(found: readonly Level[], parts: readonly string[][], complaints: number, how: string): Report {
  const over = (rounds: readonly Round[], of: (round: Round) => number): string => shownSpread(spreadOf(rounds.map(of)));
  const rates: Table = {
    columns: ['At once', '', 'Requests/s', 'p50 ms', 'p99 ms', 'Service/baseline'],
    rows: found.flatMap((level) =>
      (['baseline', 'service'] as const).map((which) => [
        which === 'baseline' ? String(level.atOnce) : '',
        which === 'baseline' ? 'direct CreateTrainingJob' : 'POST /bootstrap',
        over(level[which], ({ measured }) => measured.perSecond),
        over(level[which], ({ measured }) => measured.p50Ms),
        over(level[which], ({ measured }) => measured.p99Ms),
        which === 'baseline' ? '' : shownSpread(spreadOf(ratioOf(level))),
      ]),
    ),
  };
  const cpu: Table = {
    columns: ['Processor ms a request, 10 at once', 'client', 'simulator', 'api', 'redis'],
    rows: (['baseline', 'service'] as const).map((which) => [
      which === 'baseline' ? 'direct CreateTrainingJob' : 'POST /bootstrap',
      ...['client', 'simulator', 'api', 'redis'].map((name) =>
        shown(spreadOf(at(found, 10)[which].map(({ cpuMs }) => cpuMs[name] ?? 0)).median),
      ),
    ]),
  };
  const ratios = found.map((level) => spreadOf(ratioOf(level)).median);
  const p99 = spreadOf(at(found, 10).service.map(({ measured }) => measured.p99Ms)).median;
  return {
    title: 'POST /bootstrap',
    about:
      `${how}; medians, and the smallest and largest round. The service is an API process with SQLite and Redis with an append-only ` +
      "file. The baseline is the SDK's CreateTrainingJob with the same specification, from one Node process on kept connections, to " +
      'the same simulator. The design that this service replaces started 305 trainings a second.',
    tables: [rates, cpu, { columns: partColumns, rows: parts }],
    aims: [
      {
        what: 'rate over the baseline, the lowest of the three',
        wanted: '>= 0.50',
        found: shown(Math.min(...ratios)),
        reached: Math.min(...ratios) >= 0.5,
      },
      // A request whose job Redis does not take in time succeeds too, and costs less.
      { what: 'warnings and errors in the log of the API', wanted: '0', found: String(complaints), reached: complaints === 0 },
      { what: 'p99 at 10 at once', wanted: '< 50 ms', found: `${shown(p99)} ms`, reached: p99 < 50 },
    ],
  };
}

function at(found: readonly Level[], atOnce: number): Level {
  const level = found.find((one) => one.atOnce === atOnce);
  if (level === undefined) throw new Error(`nothing was measured at ${atOnce} at once`);
  return level;
}
