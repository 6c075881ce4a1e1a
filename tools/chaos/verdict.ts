import type { Effect } from 'sagemaker-simulator';
import type { CrashSystem } from './system.ts';
import { runOf } from './run-of-effect.ts';
import type { RunDetails } from './service-client.ts';

export interface RunExpectation {
  name: string;
  status: readonly string[];
  deployment: readonly string[];
  /** How often an endpoint may have been asked for on its account: once by default, or once for each of its deployments. */
  requestedAtMost?: 'once' | 'deployments' | 'twice';
  /** Its model and configuration may be made once more, since somebody deletes them. */
  madeAgain?: boolean;
}

/** What the stand-in's journal holds of the runs. */
export interface EffectCounts {
  trainingJobs: number;
  models: number;
  endpointConfigs: number;
  /** Endpoints asked to be created or updated. */
  endpointsRequested: number;
}

/** What was found; empty lists are good. */
export interface Verdict {
  effects: EffectCounts;
  /** Runs without a final outcome, or endpoints that don't show the newest training. */
  lost: string[];
  /** Effects that were made more than once. */
  doubled: string[];
  /** Runs that ended otherwise than they should. */
  wrong: string[];
}

const openStatuses = ['requested', 'training'];
const openDeployments = ['queued', 'in_progress'];

export const isFinal = (run: RunDetails | null, { status }: RunExpectation): boolean =>
  run !== null &&
  !openStatuses.includes(run.status) &&
  !openDeployments.includes(run.deployment_status) &&
  // Between the training's end and the deployment there is no instant: one transaction.
  status.length > 0;

export const noEffects: EffectCounts = { trainingJobs: 0, models: 0, endpointConfigs: 0, endpointsRequested: 0 };

/** Compares what the service has recorded, and what the stand-in has seen done, with what has to be. */
export async function judge(
  system: CrashSystem,
  expects: readonly RunExpectation[],
  live: Readonly<Record<string, string>>,
  { foreignToo = true }: { foreignToo?: boolean } = {},
): Promise<Verdict> {
  const verdict: Verdict = { effects: { ...noEffects }, lost: [], doubled: [], wrong: [] };
  const effects = await system.simulator.effects();
  for (const expected of expects) {
    const run = await system.client.run(expected.name);
    if (run === null) {
      verdict.lost.push(`${expected.name}: no such run`);
      continue;
    }
    if (!isFinal(run, expected)) verdict.lost.push(`${run.training_job_name}: ${run.status}, ${run.deployment_status}`);
    else if (!expected.status.includes(run.status) || !expected.deployment.includes(run.deployment_status)) {
      verdict.wrong.push(`${run.training_job_name}: ${run.status}, ${run.deployment_status} (${reasonOf(run)})`);
    }
    countEffects(verdict, effects, run, expected);
  }
  const runs = await system.client.runs();
  if (foreignToo) verdict.doubled.push(...foreign(effects, new Set(runs.map((run) => run.training_job_name))));
  for (const { endpoint_name: endpoint, training_job_name: name } of runs) {
    if (endpoint in live && !expects.some((expected) => expected.name === name))
      verdict.doubled.push(`${name}: a second run for one request on ${endpoint}`);
  }
  for (const [endpoint, name] of Object.entries(live)) {
    const shown = await system.client.liveTraining(endpoint);
    if (shown?.trainingJobName !== name || shown.status !== 'InService') {
      verdict.lost.push(
        `${endpoint} shows ${shown?.trainingJobName ?? 'nothing'} (${shown?.status ?? 'absent'}) in place of ${name}`,
      );
    }
  }
  return verdict;
}

/** Training jobs that were started and that no run knows of. */
export const foreign = (effects: readonly Effect[], known: ReadonlySet<string>): string[] =>
  effects
    .filter(({ kind, name }) => kind === 'training_job_created' && !known.has(name))
    .map(({ name }) => `training job ${name} is of no run`);

function countEffects(verdict: Verdict, effects: readonly Effect[], run: RunDetails, expected: RunExpectation): void {
  const name = run.training_job_name;
  const own = (effect: Effect): boolean => runOf(effect) === name;
  const count = (...kinds: string[]): number => effects.filter((effect) => kinds.includes(effect.kind) && own(effect)).length;
  const limit = (what: string, made: number, atLeast: number, atMost: number): void => {
    if (made > atMost) verdict.doubled.push(`${name}: ${made} × ${what}`);
    else if (made < atLeast) verdict.lost.push(`${name}: ${made} × ${what}`);
  };
  const wasDeployed = run.deployment_status === 'deployed' || run.deployment_status === 'rolled_back' ? 1 : 0;
  const trainingJobs = count('training_job_created');
  const models = count('model_created');
  const endpointConfigs = count('endpoint_config_created');
  const endpointsRequested = count('endpoint_create_requested', 'endpoint_update_requested');
  limit('training job created', trainingJobs, run.training_job_arn === null ? 0 : 1, 1);
  const madeAtMost = expected.madeAgain ? 2 : 1;
  limit('model created', models, wasDeployed, madeAtMost);
  limit('endpoint configuration created', endpointConfigs, wasDeployed, madeAtMost);
  limit('endpoint asked', endpointsRequested, wasDeployed, requestedAtMost(run, expected));
  verdict.effects.trainingJobs += trainingJobs;
  verdict.effects.models += models;
  verdict.effects.endpointConfigs += endpointConfigs;
  verdict.effects.endpointsRequested += endpointsRequested;
}

function requestedAtMost(run: RunDetails, { requestedAtMost: most = 'once' }: RunExpectation): number {
  switch (most) {
    case 'once':
      return 1;
    case 'twice':
      return 2;
    case 'deployments':
      return run.deployments.length;
  }
}

const reasonOf = (run: RunDetails): string =>
  run.failure_reason ??
  run.deployments.map(({ failure_reason: reason }) => reason).find((reason) => reason !== null) ??
  'no reason';
