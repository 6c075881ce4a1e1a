import { arch, cpus, platform, totalmem } from 'node:os';
import type { Engine } from './chaos-database.ts';
import { cleanUpWrites } from './clean-up-rows.ts';
import { decisionWrites, deliveryWrites, tableWrites } from './delivery-points.ts';
import { apiWrites, workerWrites } from './injection-points.ts';
import { isGood } from './run-matrix.ts';
import type { RowResult } from './run-row.ts';

export interface Summary {
  rows: number;
  injected: number;
  lost: number;
  doubled: number;
  wrong: number;
}

export const summaryOf = (results: readonly RowResult[]): Summary => ({
  rows: results.length,
  injected: results.filter(({ injectedAt }) => injectedAt !== null).length,
  lost: sum(results, ({ verdict }) => verdict.lost.length),
  doubled: sum(results, ({ verdict }) => verdict.doubled.length),
  wrong: sum(results, ({ verdict }) => verdict.wrong.length),
});

/** One line, for people and for programs (test/docs reads it). */
export const summaryLine = ({ rows, injected, lost, doubled }: Summary): string =>
  `rows ${rows} · faults injected ${injected} · lost ${lost} · doubled ${doubled}`;

const sum = (results: readonly RowResult[], count: (result: RowResult) => number): number =>
  results.reduce((total, result) => total + count(result), 0);

const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : (ms / 1000).toFixed(1));

/** The columns from `runs` on, summed over the rows. */
function columnsOf(results: readonly RowResult[]): (string | number)[] {
  const times = results.flatMap(({ recoveryMs }) => recoveryMs ?? []).toSorted((a, b) => a - b);
  const runs = sum(results, (result) => result.runs);
  const made = (['trainingJobs', 'models', 'endpointConfigs', 'endpointsRequested'] as const).map((kind) =>
    sum(results, ({ verdict }) => verdict.effects[kind]),
  );
  const { injected, lost, doubled, wrong } = summaryOf(results);
  const median = times[Math.floor((times.length - 1) / 2)];
  return [
    runs,
    Math.max(0, runs - lost - wrong),
    made.join(' · '),
    injected,
    lost,
    doubled,
    seconds(median),
    seconds(times.at(-1)),
  ];
}

const titles = ['runs', 'right', 'effects', 'faults', 'lost', 'doubled', 'recovery p50, s', 'max, s'];

function table(first: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const head = [...first, ...titles];
  const lines = [head, head.map((title) => (first.includes(title) ? '---' : '---:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const byOrder = (a: RowResult, b: RowResult): number => a.row.order - b.row.order;

/** The text of the report (tools/reports.ts). */
export function reportOf(
  results: readonly RowResult[],
  { engine, at, tookMs, seed }: { engine: Engine; at: Date; tookMs: number; seed: number },
): string {
  const ordered = results.toSorted(byOrder);
  const faults = [...new Set(ordered.map(({ row }) => row.fault))];
  const perFault = faults.map((fault) => {
    const own = ordered.filter(({ row }) => row.fault === fault);
    return [fault, own.length, ...columnsOf(own)];
  });
  const perRow = ordered.map((result) => [result.row.fault, result.row.step, ...columnsOf([result])]);
  const bad = ordered.filter((result) => !isGood(result));
  const cpu = cpus()[0]?.model ?? 'unknown CPU';
  const { title, command, held, uncovered } = wordsFor[engine];
  return `# ${title}

Written by \`${command}\`; not by hand.

- Date: ${at.toISOString()}; it took ${Math.round(tookMs / 60_000)} min
- Machine: ${cpus().length} × ${cpu}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${arch()}, Node ${process.version}
- Seed: ${seed} (\`${command}${engine === 'sqlite' ? ' --' : ''} --seed ${seed}\`: the order of the rows)

**${summaryLine(summaryOf(results))}**

${bad.length === 0 ? 'Every run ended with the expected outcome.' : `${bad.length} rows failed.`}

## How it is done

Every row runs real processes: Redis with its append-only file, the API, three workers, and the SageMaker simulator, which keeps a journal
of effects. Each process reaches Redis and the simulator through proxies of its own. A proxy knows the sender of a message and holds the
message at the injection point: before it is sent, or after it takes effect and before its response arrives. ${held} The
receiver of notifications does the same. The delivery file of a system gives the endpoints of the rows of safe delivery their policies. The
product contains no code for this. A killed process restarts, as under an orchestrator. A client without a response repeats its request
with the same Idempotency-Key. A command to Redis is written as its queue and BullMQ's script: \`deploy/moveToDelayed\`. A row whose fault
had no occasion, with nothing else wrong, runs once more on a new system.

- **right**: runs whose recorded outcome is the expected one
- **effects**, by the simulator's journal: training jobs created · models created · endpoint configurations created · requests to create or
  update an endpoint
- **lost**: no final outcome within 90 s, an endpoint that does not serve the newest deployable
  training, a tag or a notification that is missing, or a guard alarm that is left behind
- **doubled**: an effect that happened more than once for one run or deployment, a change of an endpoint for what was rejected, an approval
  that was decided twice, or an event with two webhook ids
- **recovery**: from the injection to the last recorded outcome. The lock of a killed worker's job expires after up to 6 s, and workers
  check for stalled jobs every 2 s; an interrupted start is retried after 15 s

## By fault

${table(['fault', 'rows'], perFault)}

## By fault and step

${table(['fault', 'step'], perRow)}

## Not covered

${[...notCovered, uncovered].map((one) => `- ${one}`).join('\n')}
`;
}

const wordsFor: Record<Engine, { title: string; command: string; held: string; uncovered: string }> = {
  sqlite: {
    title: 'Crash matrix',
    command: 'npm run crash-matrix',
    held: `Where two writes of SQLite follow each other with no message between them, a trigger that never ends holds the process within its
transaction until it is killed.`,
    uncovered:
      'A power cut: the rows kill processes, not the operating system. With `synchronous=NORMAL` the last transactions before a power cut may be missing; the row `database file removed` is the worst case of that.',
  },
  postgres: {
    title: 'Crash matrix on PostgreSQL',
    command: 'npm run crash-matrix -- --database postgres',
    held: `So does a third proxy between each process and PostgreSQL with every commit. A trigger that sleeps holds a process within its
transaction until it is killed.`,
    uncovered:
      "A power cut of the database's host, and a fail-over to a replica that lacks the last commits: that is the database's own promise. The row `database dropped` is the worst case of it.",
  },
};

const writes = [apiWrites, workerWrites, decisionWrites, deliveryWrites, tableWrites, cleanUpWrites].flat().length;

const notCovered = [
  `The instant between a commit and the next statement of JavaScript. ${writes} rows kill a process within a transaction, and the rows of the calls and commands around it kill it before and after; what is on disk is the same.`,
  'A run that is still `requested` (throttled) when the database is removed: no other system knows it. Its client has received 202.',
  'What a client or SageMaker took back, when the database is removed. The rows with `AddTags` show that the tags of a stopped, forced, rolled back or removed run are written; the tests of the adoption, not this matrix, show that a rebuilt database reads them. The history is lost.',
  'A DeleteEndpoint, or an UpdateEndpoint that is rolled back or has another deployment waiting, that reaches SageMaker more than 15 s after a worker recorded it (the worker was paused between two instructions, or the network delayed the request). SageMaker takes no fencing token, so the late request undoes what other workers have done meanwhile. Up to 15 s the service waits for it. When the worker resumes, it notices, with or without a response, and restores the live deployment, unless another one has gone live since: one update more than a row allows. Observed with `worker paused for longer than its job lock` before each of the three. When the worker dies in that time, only a request that the network still carries can arrive. The service does not look for it: an operator may have put the older training back by hand, which the service must not undo.',
  'The writes of the counters of SageMaker calls: no decision depends on them.',
  'The rollback that a client repeats after it is over, without `to`: it goes back once more, or finds nothing to go back to. While the first one is on its way the service returns that one.',
  'Several machines: all processes run on one machine.',
];
