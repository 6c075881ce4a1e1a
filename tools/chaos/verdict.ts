import type { Effect } from 'sagemaker-simulator';
import type { CrashSystem } from './system.ts';
import { deliveryFindings } from './delivery-verdict.ts';
import type { ExpectedOutcome, RunExpectation } from './expected-outcome.ts';
import { runOf } from './run-of-effect.ts';
import type { RunDetails } from './service-client.ts';

/** The simulator's journal, counted for the runs. */
export interface EffectCounts {
  trainingJobs: number;
  models: number;
  endpointConfigs: number;
  /** Requests to create or update an endpoint. */
  endpointsRequested: number;
}

/** What is wrong; every list is empty in a good row. */
export interface Verdict {
  effects: EffectCounts;
  /** Runs without a final outcome, or endpoints that do not serve the newest training. */
  lost: string[];
  /** Effects that happened more than once. */
  doubled: string[];
  /** Runs that ended with another outcome than the expected one. */
  wrong: string[];
}

const openStatuses = ['requested', 'training'];
const openDeployments = ['queued', 'awaiting_approval', 'in_progress'];

const isFinal = (run: RunDetails | null): boolean =>
  run !== null &&
  !openStatuses.includes(run.status) &&
  // One transaction records the training's end and its deployment: no read falls between.
  !openDeployments.includes(run.deployment_status);

/** Whether the run has its final outcome; for a removed run, whether the service knows it no longer. */
const isOver = async ({ client }: CrashSystem, { name, removed = false }: RunExpectation): Promise<boolean> =>
  removed ? client.isUnknown(name) : isFinal(await client.run(name));

/** Whether every run has its final outcome, and safe delivery has left behind what it has to. */
export async function isSettled(system: CrashSystem, outcome: ExpectedOutcome): Promise<boolean> {
  const over = await Promise.all(outcome.expects.map((one) => isOver(system, one)));
  return over.every(Boolean) && (outcome.isNotified !== true || (await deliveryFindings(system, outcome)).lost.length === 0);
}

export const noEffects: EffectCounts = { trainingJobs: 0, models: 0, endpointConfigs: 0, endpointsRequested: 0 };

/** Compares the service's records and the simulator's journal with the expected outcome. */
export async function judge(
  system: CrashSystem,
  outcome: ExpectedOutcome,
  { foreignToo = true }: { foreignToo?: boolean } = {},
): Promise<Verdict> {
  const { expects, live, scaling = [] } = outcome;
  const verdict: Verdict = { effects: { ...noEffects }, lost: [], doubled: [], wrong: [] };
  const effects = await system.simulator.effects();
  for (const expected of expects) {
    if (expected.removed) {
      if (!(await system.client.isUnknown(expected.name))) verdict.wrong.push(`${expected.name}: removed, and recorded`);
      countEffects(verdict, effects, expected, { started: true, deployed: true, changesAtMost: 1 });
      continue;
    }
    const run = await system.client.run(expected.name);
    if (run === null) {
      verdict.lost.push(`${expected.name}: no such run`);
      continue;
    }
    if (!isFinal(run)) verdict.lost.push(`${run.training_job_name}: ${run.status}, ${run.deployment_status}`);
    else if (!expected.status.includes(run.status) || !expected.deployment.includes(run.deployment_status)) {
      verdict.wrong.push(`${run.training_job_name}: ${run.status}, ${run.deployment_status} (${reasonOf(run)})`);
    }
    countEffects(verdict, effects, expected, {
      started: run.training_job_arn !== null,
      deployed: run.deployment_status === 'deployed' || run.deployment_status === 'rolled_back',
      // What is rejected has not touched the endpoint.
      changesAtMost: run.deployment_status === 'rejected' ? 0 : requestedAtMost(run, expected),
    });
  }
  const runs = await system.client.runs();
  const known = new Set([...runs.map((run) => run.training_job_name), ...system.removedRuns]);
  if (foreignToo) verdict.doubled.push(...foreign(effects, known));
  for (const { endpoint_name: endpoint, training_job_name: name } of runs) {
    if (endpoint in live && !expects.some((expected) => expected.name === name))
      verdict.doubled.push(`${name}: a second run for one request on ${endpoint}`);
  }
  for (const [endpoint, name] of Object.entries(live)) {
    const shown = await system.client.liveTraining(endpoint);
    if (shown?.trainingJobName !== name || shown.status !== 'InService') {
      verdict.lost.push(
        `${endpoint} serves ${shown?.trainingJobName ?? 'nothing'} (${shown?.status ?? 'absent'}) in place of ${name}`,
      );
    }
  }
  const { lost, doubled } = await deliveryFindings(system, outcome);
  verdict.lost.push(...lost);
  verdict.doubled.push(...doubled);
  for (const endpoint of scaling) {
    if (!(await system.simulator.scales(endpoint))) verdict.lost.push(`${endpoint} does not scale any more`);
  }
  return verdict;
}

/** Training jobs that belong to no run. */
export const foreign = (effects: readonly Effect[], known: ReadonlySet<string>): string[] =>
  effects
    .filter(({ kind, name }) => kind === 'training_job_created' && !known.has(name))
    .map(({ name }) => `training job ${name} belongs to no run`);

interface Bounds {
  /** Whether its training job must exist. */
  started: boolean;
  /** Whether its model, its configuration and a request for its endpoint must exist. */
  deployed: boolean;
  changesAtMost: number;
}

function countEffects(
  verdict: Verdict,
  effects: readonly Effect[],
  { name, recreated = false }: RunExpectation,
  { started, deployed, changesAtMost }: Bounds,
): void {
  const own = (effect: Effect): boolean => runOf(effect) === name;
  const count = (...kinds: string[]): number => effects.filter((effect) => kinds.includes(effect.kind) && own(effect)).length;
  const limit = (what: string, counted: number, isRequired: boolean, atMost: number): void => {
    if (counted > atMost) verdict.doubled.push(`${name}: ${counted} × ${what}`);
    else if (isRequired && counted === 0) verdict.lost.push(`${name}: ${counted} × ${what}`);
  };
  const trainingJobs = count('training_job_created');
  const models = count('model_created');
  const endpointConfigs = count('endpoint_config_created');
  const endpointsRequested = count('endpoint_create_requested', 'endpoint_update_requested');
  const createdAtMost = recreated ? 2 : 1;
  limit('training job created', trainingJobs, started, 1);
  limit('model created', models, deployed, createdAtMost);
  limit('endpoint configuration created', endpointConfigs, deployed, createdAtMost);
  limit('endpoint change requested', endpointsRequested, deployed, changesAtMost);
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
