import { arch, cpus, platform, totalmem } from 'node:os';
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
  injected: results.filter(({ struckAt }) => struckAt !== null).length,
  lost: sum(results, ({ verdict }) => verdict.lost.length),
  doubled: sum(results, ({ verdict }) => verdict.doubled.length),
  wrong: sum(results, ({ verdict }) => verdict.wrong.length),
});

/** One line, for people and for programs. */
export const summaryLine = ({ rows, injected, lost, doubled }: Summary): string =>
  `rows ${rows} · faults injected ${injected} · lost ${lost} · doubled ${doubled}`;

const sum = (results: readonly RowResult[], count: (result: RowResult) => number): number =>
  results.reduce((total, result) => total + count(result), 0);

const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : (ms / 1000).toFixed(1));

/** The table's columns from `runs` on, for any number of rows. */
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

/** docs/reports/crash-matrix.md. */
export function reportOf(
  results: readonly RowResult[],
  { at, tookMs, seed }: { at: Date; tookMs: number; seed: number },
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
  return `# Crash matrix

Written by \`npm run crash-matrix\`; not by hand.

- Date: ${at.toISOString()}; it took ${Math.round(tookMs / 60_000)} min
- Machine: ${cpus().length} × ${cpu}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${arch()}, Node ${process.version}
- Seed: ${seed} (\`npm run crash-matrix -- --seed ${seed}\`: the order of the rows)

**${summaryLine(summaryOf(results))}**

${bad.length === 0 ? 'Every run ended as it should.' : `${bad.length} rows went wrong.`}

## How it is done

Real processes: Redis with its append-only file, the API, three workers, and the stand-in for SageMaker, which keeps a journal of effects.
Each process reaches Redis and the stand-in through proxies of its own. These know which message has come from whom, and stop the process
exactly there: before a message is handed on, or after it has had its effect and before its answer arrives. Where writes of SQLite follow
each other with no call between, a trigger in the database file that never ends holds the process within its transaction until it is
killed. Nothing in the product takes part. What was killed is started again, as an orchestrator would; a client that got no answer
repeats its request with the same Idempotency-Key.

- **right**: runs whose recorded outcome is the one that it has to be
- **effects**, by the stand-in's journal: training jobs created · models created · endpoint configurations created · endpoints asked to be
  created or updated
- **lost**: no final outcome within 90 s, or an endpoint that does not show the newest deployable training
- **doubled**: an effect that was made more than once for one run or deployment
- **recovery**: from the fault to the last recorded outcome. A worker that was killed holds its job's lock for up to 6 s, and lost locks
  are looked for every 2 s; a start that was cut off is tried again after 15 s

## By fault

${table(['fault', 'rows'], perFault)}

## By fault and step

${table(['fault', 'step'], perRow)}

## Not covered

${notCovered.map((one) => `- ${one}`).join('\n')}
`;
}

const notCovered = [
  `Writes of SQLite are reached from within (${apiWrites.length + workerWrites.length} of them), and between each other by the calls that surround them. Not told apart: the instant between a commit and the next statement of JavaScript, which makes no difference to what is on disk.`,
  'Losing power: the processes are killed, the operating system is not. With `synchronous=NORMAL` the last transactions before a power cut may be missing; the row `database file removed` is the worst case of that.',
  'A run that is still `requested` (throttled) when the database file is removed: nobody else knows of it. Its client has been answered with 202.',
  'A stop that was asked for, a forced deployment, a rollback and the history, when the database file is removed: SageMaker’s tags do not hold them. An update that was rolled back before is then asked for once more.',
  'A DeleteEndpoint, or an UpdateEndpoint that is rolled back or has another deployment waiting, that reaches SageMaker more than 15 s after it was asked for (its worker was paused for so long between two instructions, or the network held it up): it undoes what others have done meanwhile, since SageMaker has no fence. Up to then it is waited for. The worker notices when it wakes, with or without an answer, and has what is live deployed again, unless something else has gone live since: one update more than a row allows. Tried with `worker paused past its lock` before each of the three, and seen. When the worker dies in that time, only what the network still carries can arrive, and nobody looks for that: an endpoint that shows an older training may as well have been put back by hand, which must not be undone.',
  'The writes of the counters of SageMaker calls, which nothing depends on.',
  'Several machines: all processes run on one.',
];
