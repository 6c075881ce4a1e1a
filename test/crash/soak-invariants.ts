import type { Effect } from '../../src/simulator/state/effects.ts';
import type { CrashSystem } from './crash-system.ts';
import type { RunDetails } from './service-client.ts';
import { strangers } from './verdict.ts';
import { runOf } from './run-of-effect.ts';
import { endpoints, injectedReason, type Ledger } from './soak-load.ts';

const madeOnce = ['training_job_created', 'model_created', 'endpoint_config_created'];
const isAsk = ({ kind }: Effect): boolean => kind === 'endpoint_create_asked' || kind === 'endpoint_update_asked';

/** What holds at every instant. Answers what does not. */
export async function checkAlways(system: CrashSystem, ledger: Ledger): Promise<string[]> {
  const found: string[] = [...ledger.surprises];
  const effects = await system.standIn.effects();
  const made = Map.groupBy(
    effects.filter(({ kind }) => madeOnce.includes(kind)),
    ({ kind, name }) => `${kind} ${name}`,
  );
  for (const [what, all] of made) if (all.length > 1) found.push(`${all.length} × ${what}`);

  const asked = Map.groupBy(effects.filter(isAsk), (effect) => runOf(effect));
  for (const [name, asks] of asked) {
    if (asks.length < 2) continue;
    // Read after the effects: deployments only become more.
    const run = await system.client.run(name);
    if (run !== null && asks.length > run.deployments.length)
      found.push(`${name}: an endpoint asked ${asks.length} times for ${run.deployments.length} deployments`);
  }
  return found;
}

/** What holds when all is over. */
export async function checkAtEnd(system: CrashSystem, ledger: Ledger): Promise<string[]> {
  const found = await checkAlways(system, ledger);
  const runs = await detailsOfAll(system);
  const byName = new Map(runs.map((run) => [run.training_job_name, run]));
  for (const name of ledger.accepted.keys()) if (!byName.has(name)) found.push(`lost: ${name} was accepted and is not there`);
  found.push(...strangers(await system.standIn.effects(), new Set(byName.keys())).map((one) => `doubled: ${one}`));
  for (const name of byName.keys()) if (!ledger.accepted.has(name)) found.push(`doubled: ${name} is the run of no request`);
  for (const run of runs) found.push(...faultsOf(run, ledger));
  for (const endpoint of endpoints) found.push(...(await faultsOfEndpoint(system, endpoint, runs, ledger)));
  return found;
}

export async function detailsOfAll(system: CrashSystem): Promise<RunDetails[]> {
  const runs: RunDetails[] = [];
  for (const { training_job_name: name } of await system.client.runs()) {
    const run = await system.client.run(name);
    if (run !== null) runs.push(run);
  }
  return runs;
}

/** A run ends as SageMaker has it, and whatever failed was made to fail. */
function faultsOf(run: RunDetails, ledger: Ledger): string[] {
  const name = run.training_job_name;
  const found: string[] = [];
  if (run.status === 'failed' && run.failure_reason !== injectedReason) found.push(`${name} failed: ${run.failure_reason}`);
  if (run.status === 'stopped' && !ledger.stopped.has(name)) found.push(`${name} stopped, and nobody asked for it`);
  for (const { status, failure_reason: reason } of run.deployments) {
    const injected = reason?.includes(injectedReason) ?? false;
    if ((status === 'failed' || status === 'rolled_back') && !injected) found.push(`deployment of ${name} ${status}: ${reason}`);
  }
  const toDeploy = run.status === 'completed' && run.auto_deploy && !ledger.stopped.has(name);
  if (toDeploy && run.deployments.length === 0) found.push(`lost: ${name} is completed and has no deployment`);
  return found;
}

/** The endpoint shows what was recorded as deployed last; and the newest training was never passed over. */
async function faultsOfEndpoint(
  system: CrashSystem,
  endpoint: string,
  runs: readonly RunDetails[],
  { forced }: Ledger,
): Promise<string[]> {
  const found: string[] = [];
  const own = runs.filter((run) => run.endpoint_name === endpoint);
  const all = own.flatMap(({ deployments }) => deployments);
  const live = all
    .filter(({ status }) => status === 'deployed')
    .toSorted((a, b) => Date.parse(a.finished_at ?? '') - Date.parse(b.finished_at ?? ''))
    .at(-1);
  const shown = await system.client.liveTraining(endpoint);
  // An endpoint that failed serves nothing until the next deployment.
  if (live !== undefined && shown?.status === 'InService' && shown.trainingJobName !== live.training_job_name)
    found.push(`lost: ${endpoint} shows ${shown.trainingJobName} in place of ${live.training_job_name}`);
  const newest = own
    .filter((run) => run.status === 'completed' && run.deployments.length > 0)
    .toSorted((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at))
    .at(-1);
  if (newest?.deployments.every(({ status }) => status === 'superseded'))
    found.push(`lost: ${newest.training_job_name} is the newest of ${endpoint} and was superseded`);

  const asks = (await system.standIn.effects())
    .filter((effect) => isAsk(effect) && effect.name === endpoint)
    .map((effect) => runOf(effect));
  const createdAt = new Map(own.map((run) => [run.training_job_name, Date.parse(run.created_at)]));
  for (const [index, name] of asks.entries()) {
    const newerBefore = asks.slice(0, index).find((other) => (createdAt.get(other) ?? 0) > (createdAt.get(name) ?? 0));
    const newerDeployed = all.some(({ training_job_name: other, status }) => other === newerBefore && status === 'deployed');
    if (newerBefore !== undefined && newerDeployed && !forced.has(name) && !forced.has(newerBefore))
      found.push(`doubled: ${endpoint} was put on ${name} after the newer ${newerBefore}`);
  }
  return found;
}
