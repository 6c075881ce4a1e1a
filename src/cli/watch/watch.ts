import { setTimeout as delay } from 'node:timers/promises';
import type { TrainingRunBody } from '../../api/schemas/training-run.ts';
import type { Cli } from '../cli.ts';
import { CliError, interruptedError } from '../cli-error.ts';
import { formatDuration } from '../durations.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Api } from '../http/api.ts';
import { consoleAddressOfRun } from '../console-address.ts';
import { type Outcome, outcomeOfDeployment, outcomeOfRun } from './outcome.ts';
import { redraws } from '../terminal/style.ts';
import { printable } from '../terminal/text.ts';
import { standingOf } from './standing.ts';
import { readSnapshot, type Snapshot } from './read-snapshot.ts';
import { expectedTrainingMs } from './training-progress.ts';
import { WakeUp } from './wake-up.ts';
import { createWatchOutput, type WatchOutput } from './watch-output.ts';

export interface WatchInput {
  trainingJobName: string;
  /** One deployment of the run; null for the whole run with its newest deployment. */
  deploymentId?: string | null;
  /** null for none. */
  timeoutMs: number | null;
  json: boolean;
}

/** Without `--timeout`: how long the service may be unreachable. */
const longestOutageMs = 3_600_000;
const longestTimerMs = 2 ** 31 - 1;
/** Several changes of one instant are read at once. */
const gatherMs = 150;

/**
 * Shows a run until it is over, and returns the exit code that says how it ended. A restart of the service does not end it, and Ctrl-C ends
 * only the watching.
 *
 * @throws {CliError} `interrupted`; `error` where the service stays unreachable.
 */
export async function watch(cli: Cli, { deploymentId = null, ...input }: WatchInput): Promise<ExitCode> {
  const api = cli.api();
  const { trainingJobName, timeoutMs, json } = input;
  const startedAt = cli.now();
  const over = new AbortController();
  const timeout = timeoutMs === null ? null : AbortSignal.timeout(Math.min(timeoutMs, longestTimerMs));
  const signal = AbortSignal.any([over.signal, cli.interrupted, ...(timeout === null ? [] : [timeout])]);
  const first = await readSnapshot(api, { trainingJobName, deploymentId });
  const expectedMs = json ? null : await expectedOf(api, first.run);
  const output = createWatchOutput(cli, { json, expectedMs, clockAheadMs: () => api.clockAheadMs });
  const wakeUp = new WakeUp();
  const read = (): Promise<Snapshot> => {
    const repeatForMs = timeoutMs === null ? longestOutageMs : Math.max(0, startedAt + timeoutMs - cli.now());
    return readPatiently(api, { trainingJobName, deploymentId }, { repeatForMs, signal, output });
  };
  try {
    let snapshot = first;
    wakeUp.follow(api, { trainingJobName: first.run.training_job_name, after: first.run.history.at(-1)?.id ?? 0, signal });
    for (;;) {
      output.show(snapshot);
      const outcome = outcomeOf(snapshot, deploymentId);
      if (outcome !== null) {
        output.end();
        return report(cli, snapshot, outcome, json);
      }
      await wakeUp.wait(wakeUp.intervalMs, signal);
      await delay(gatherMs, null, { signal }).catch(() => {});
      if (timeout?.aborted !== true && !cli.interrupted.aborted) snapshot = await read().catch(unlessOver(signal, snapshot));
      if (cli.interrupted.aborted) throw interruptedError(continues(trainingJobName));
      if (timeout?.aborted === true) return reportPending(cli, snapshot, { json, timeoutMs });
    }
  } finally {
    over.abort();
    output.end();
  }
}

const unlessOver =
  (signal: AbortSignal, last: Snapshot) =>
  (error: unknown): Snapshot => {
    if (signal.aborted) return last;
    throw error;
  };

async function readPatiently(
  api: Api,
  what: { trainingJobName: string; deploymentId: string | null },
  { repeatForMs, signal, output }: { repeatForMs: number; signal: AbortSignal; output: WatchOutput },
): Promise<Snapshot> {
  const snapshot = await readSnapshot(api, what, { repeatForMs, signal, onRepeat: (reason) => output.outage(reason) });
  output.outage(null);
  return snapshot;
}

/** What former trainings of the endpoint took. The bar does without it. */
async function expectedOf(api: Api, { endpoint_name: endpointName }: TrainingRunBody): Promise<number | null> {
  const query = { endpoint_name: endpointName, status: 'completed', limit: 10 };
  const page = await api
    .get<{ items: TrainingRunBody[] }>('/training-jobs', { query, repeatForMs: 0 })
    .catch((error: unknown) => {
      if (error instanceof CliError && error.exitCode !== exitCodes.interrupted) return { items: [] };
      throw error;
    });
  return expectedTrainingMs(page.items);
}

const outcomeOf = ({ run, deployment }: Snapshot, deploymentId: string | null): Outcome | null =>
  deploymentId !== null && deployment !== null ? outcomeOfDeployment(deployment) : outcomeOfRun(run, deployment);

/** The last line of stdout. */
function report(cli: Cli, snapshot: Snapshot, { word, exitCode }: Outcome, json: boolean): ExitCode {
  printEnd(cli, snapshot, { word, exitCode, json });
  const { sentence, next } = standingOf(snapshot.run, snapshot.deployment);
  // The view of a terminal has said it.
  if (!json && !redraws(cli.stderr, cli.env)) cli.say(printable([sentence, next].filter(Boolean).join(' ')));
  return exitCode;
}

function reportPending(cli: Cli, snapshot: Snapshot, { json, timeoutMs }: Pick<WatchInput, 'json' | 'timeoutMs'>): ExitCode {
  const { run, deployment } = snapshot;
  const word = json ? 'pending' : (deployment?.status ?? run.status);
  printEnd(cli, snapshot, { word, exitCode: exitCodes.pending, json });
  cli.say(`Not over after ${formatDuration(timeoutMs ?? 0)}. ${continues(run.training_job_name)}`);
  return exitCodes.pending;
}

function printEnd(
  cli: Cli,
  { run, deployment }: Snapshot,
  { word, exitCode, json }: { word: string; exitCode: ExitCode; json: boolean },
): void {
  const { history: _history, deployments: _deployments, ...shown } = run;
  if (json) return cli.print(JSON.stringify({ outcome: word, exit_code: exitCode, run: shown, deployment }));
  const { training_job_name: name, endpoint_name: endpoint } = run;
  cli.print([name, word, endpoint, consoleAddressOfRun(cli.api().url, name)].join('  '));
}

/** What Ctrl-C and a timeout leave as it is. */
export const continues = (name: string): string =>
  `The run continues: \`autodeploy watch ${name}\` shows it again, and \`autodeploy stop ${name}\` stops it`;
