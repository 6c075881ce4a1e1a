import { eventually } from '../testkit/eventually.ts';
import type { CrashSystem } from './system.ts';
import { deliveryFindings } from './delivery-verdict.ts';
import { type Finding, timelineFindings } from './endpoint-timeline.ts';
import type { RunDetails } from './service-client.ts';
import { endpoints } from './soak-endpoints.ts';
import { injectedReason, type Ledger } from './soak-ledger.ts';
import { foreign } from './verdict.ts';

const madeOnce = ['training_job_created', 'model_created', 'endpoint_config_created'];

const findingOf = (what: string): Finding => ({ what, endpoint: null, at: null });

/** Checks the invariants that hold at every instant. @returns those that are broken. */
export async function checkAlways(system: CrashSystem, ledger: Ledger): Promise<Finding[]> {
  const found: Finding[] = ledger.surprises.map(findingOf);
  // Before the records: the service records a change before it requests it.
  const asOf = Date.now();
  const effects = await system.simulator.effects();
  const made = Map.groupBy(
    effects.filter(({ kind }) => madeOnce.includes(kind)),
    ({ kind, name }) => `${kind} ${name}`,
  );
  for (const [what, all] of made) {
    const deletions = effects.filter(
      ({ kind, name }) => `${kind.replace('deleted', 'created')} ${name}` === what && kind.endsWith('deleted'),
    );
    if (all.length > 1 + deletions.length) found.push(findingOf(`doubled: ${all.length} × ${what}`));
  }
  const timeline = { effects, asOf, deployments: await system.database.deployments(), forced: ledger.forced };
  for (const endpoint of endpoints) found.push(...timelineFindings(endpoint, timeline));
  return found;
}

/** Checks the invariants that hold when every run is over. @returns those that are broken. */
export async function checkAtEnd(system: CrashSystem, ledger: Ledger): Promise<Finding[]> {
  const found = await checkAlways(system, ledger);
  const say = (what: string): void => void found.push(findingOf(what));
  const runs = await detailsOfAll(system);
  const byName = new Map(runs.map((run) => [run.training_job_name, run]));
  for (const name of ledger.accepted.keys()) if (!byName.has(name)) say(`lost: ${name} was accepted and is not recorded`);
  for (const one of foreign(await system.simulator.effects(), new Set(byName.keys()))) say(`doubled: ${one}`);
  for (const name of byName.keys()) if (!ledger.accepted.has(name)) say(`doubled: ${name} belongs to no request`);
  for (const run of runs)
    for (const { what, at } of findingsOfRun(run, ledger)) found.push({ what, endpoint: run.endpoint_name, at });
  for (const endpoint of endpoints) found.push(...(await findingsOfEndpoint(system, endpoint, runs)));
  for (const one of await findingsOfDelivery(system, runs)) say(one);
  return found;
}

/** Notifications, decisions and guard alarms; a notification may still be on its way. */
async function findingsOfDelivery(system: CrashSystem, runs: readonly RunDetails[]): Promise<string[]> {
  const expects = runs.map(({ training_job_name: name }) => ({ name, status: [], deployment: [] }));
  const notified = expects.filter(({ name }) => runs.find((run) => run.training_job_name === name)?.endpoint_name !== 'soak-a');
  const observe = () => deliveryFindings(system, { expects: notified, live: {}, isNotified: true });
  await eventually(observe, ({ lost }) => lost.length === 0, {
    withinMs: 60_000,
    everyMs: 1000,
    what: 'the notifications',
  }).catch(() => undefined);
  const { lost, doubled } = await observe();
  return [...lost.map((one) => `lost: ${one}`), ...doubled.map((one) => `doubled: ${one}`)];
}

export async function detailsOfAll(system: CrashSystem): Promise<RunDetails[]> {
  const runs: RunDetails[] = [];
  for (const { training_job_name: name } of await system.client.runs()) {
    const run = await system.client.run(name);
    if (run !== null) runs.push(run);
  }
  return runs;
}

/** A run ends as at SageMaker, and fails only where the soak injected a failure. */
function findingsOfRun(run: RunDetails, ledger: Ledger): { what: string; at: number }[] {
  const name = run.training_job_name;
  const found: { what: string; at: number }[] = [];
  const endedAt = Date.parse(run.history.at(-1)?.at ?? run.created_at);
  const say = (what: string, at = endedAt): void => void found.push({ what, at });
  if (run.status === 'failed' && run.failure_reason !== injectedReason) say(`${name} failed: ${run.failure_reason}`);
  if (run.status === 'stopped' && !ledger.stopped.has(name)) say(`${name} stopped, and no client requested it`);
  for (const { status, failure_reason: reason, started_at: startedAt, finished_at: at } of run.deployments) {
    const injected = reason?.includes(injectedReason) ?? false;
    // A stop discards a deployment that has not begun.
    const discarded = ledger.stopped.has(name) && startedAt === null;
    // By a person, by a guard alarm that was set off, or because requests to the endpoint were lost.
    const byDelivery = /aborted|the alarms? .* ended the rollout|verification failed/.test(reason ?? '');
    if ((status === 'failed' || status === 'rolled_back') && !injected && !discarded && !byDelivery)
      say(`deployment of ${name} ${status}: ${reason}`, Date.parse(at ?? ''));
  }
  // Of the trainings from before a rollback none is deployed by itself.
  const isFromBefore = (ledger.rolledBackAt.get(run.endpoint_name) ?? -Infinity) >= Date.parse(run.created_at);
  for (const { deployment_id: id, status, trigger, forced, approval, started_at: startedAt } of run.deployments) {
    const isReturn = trigger === 'rollback' || (forced && trigger === 'reconcile');
    if (
      run.endpoint_name === 'soak-c' &&
      startedAt !== null &&
      status === 'deployed' &&
      !isReturn &&
      approval?.status !== 'approved'
    )
      say(`deployment ${id} of ${name} is live, and has no approval`);
  }
  const toDeploy = run.status === 'completed' && run.auto_deploy && !ledger.stopped.has(name) && !isFromBefore;
  if (toDeploy && run.deployments.length === 0) say(`lost: ${name} is completed and has no deployment`);
  return found;
}

/** By SageMaker's clock: this machine's may have been changed meanwhile. */
const createdAtOf = (run: RunDetails): number => Date.parse(run.training_created_at ?? '');

/** The endpoint serves the last training that is recorded as deployed, and the newest training was not superseded. */
async function findingsOfEndpoint(system: CrashSystem, endpoint: string, runs: readonly RunDetails[]): Promise<Finding[]> {
  const found: Finding[] = [];
  const own = runs.filter((run) => run.endpoint_name === endpoint);
  const live = (await system.database.deployments())
    .filter(({ endpointName, liveOrder }) => endpointName === endpoint && liveOrder !== null)
    .toSorted((a, b) => (a.liveOrder ?? 0) - (b.liveOrder ?? 0))
    .at(-1);
  const shown = await system.client.liveTraining(endpoint);
  // A failed endpoint serves nothing until the next deployment.
  if (live !== undefined && shown?.status !== 'Failed' && shown?.trainingJobName !== live.trainingJobName) {
    const what = `lost: ${endpoint} serves ${shown?.trainingJobName ?? 'nothing'} in place of ${live.trainingJobName}`;
    found.push({ what, endpoint, at: live.finishedAt });
  }
  const newest = own
    .filter((run) => run.status === 'completed' && run.deployments.length > 0)
    .toSorted((a, b) => createdAtOf(a) - createdAtOf(b))
    .at(-1);
  if (newest?.deployments.every(({ status }) => status === 'superseded')) {
    const what = `lost: ${newest.training_job_name} is the newest of ${endpoint} and was superseded`;
    found.push({ what, endpoint, at: Date.parse(newest.created_at) });
  }
  return found;
}
