import { capacityText } from '../../src/core/deployment/endpoint-failure.ts';
import type { Effect } from 'sagemaker-simulator';
import { runOf } from './run-of-effect.ts';
import type { DeploymentRecord } from './soak-records.ts';

/** A broken invariant, and the instant at which it shows. */
export interface Finding {
  what: string;
  endpoint: string | null;
  at: number | null;
}

const requestKinds: readonly string[] = ['endpoint_create_requested', 'endpoint_update_requested'];
const endKinds: readonly string[] = ['endpoint_in_service', 'endpoint_failed', 'endpoint_rolled_back', 'endpoint_deleted'];
export const isChangeRequest = ({ kind }: Effect): boolean => requestKinds.includes(kind);

export interface EndpointTimeline {
  effects: readonly Effect[];
  /** Milliseconds since 1970 UTC. */
  asOf: number;
  deployments: readonly DeploymentRecord[];
  /** Trainings whose deployment clients have forced. */
  forced: ReadonlySet<string>;
}

type Started = DeploymentRecord & { startedAt: number };

/**
 * Compares the effects on an endpoint with the service's records of its deployments. Every change must be requested once, by a
 * deployment of that training that is in progress at that instant and that the service was allowed to begin; a training that is recorded
 * as deployed must have been in service. Pure: the effects were read at `asOf` and the records later.
 */
export function timelineFindings(endpoint: string, { effects, asOf, deployments, forced }: EndpointTimeline): Finding[] {
  const found: Finding[] = [];
  const find = (at: number, what: string): void => void found.push({ what: `${endpoint}: ${what}`, endpoint, at });
  const own = effects.filter(({ name }) => name === endpoint);
  const started = deployments.filter((one): one is Started => one.endpointName === endpoint && one.startedAt !== null);
  const inProgressAt = (at: number): Started[] =>
    started.filter((one) => one.startedAt <= at && (one.finishedAt === null || at <= one.finishedAt));

  const changeRequestsIn = new Map<Started, number>();
  const revertsOf = new Map<Started, number>();
  for (const request of own.filter(isChangeRequest)) {
    const name = runOf(request);
    // Of two deployments in progress in one millisecond, the one that has requested nothing yet.
    const [requester] = inProgressAt(request.at)
      .filter((one) => one.trainingJobName === name)
      .toSorted((a, b) => (changeRequestsIn.get(a) ?? 0) - (changeRequestsIn.get(b) ?? 0));
    const reverting = inProgressAt(request.at).find((one) => returnsTo(one) === request.detail?.['to']);
    if (reverting !== undefined && requester === undefined) {
      const times = (lackedCapacity(own, request.at) ? 0 : (revertsOf.get(reverting) ?? 0)) + 1;
      revertsOf.set(reverting, times);
      if (times > 1)
        find(request.at, `was brought back ${times} times by deployment ${reverting.attempts} of ${reverting.trainingJobName}`);
      continue;
    }
    if (requester === undefined) {
      find(request.at, `was changed to ${name} with no deployment in progress`);
      continue;
    }
    // A change that failed for lack of capacity is requested again.
    const times = (lackedCapacity(own, request.at) ? 0 : (changeRequestsIn.get(requester) ?? 0)) + 1;
    changeRequestsIn.set(requester, times);
    if (times > 1) find(request.at, `was requested ${times} times by deployment ${requester.attempts} of ${name}`);
  }
  for (const one of changeRequestsIn.keys()) {
    const wrong = whyNotAllowed(one, liveBefore(started, one), forced) ?? whyTurnedDown(one, deployments);
    if (wrong !== null) find(one.startedAt, `was changed to ${one.trainingJobName}, ${wrong}`);
  }

  for (const [index, { kind, at }] of own.entries()) {
    if (kind !== 'endpoint_delete_requested') continue;
    const before = own.slice(0, index).findLast((effect) => endKinds.includes(effect.kind));
    if (before?.kind !== 'endpoint_failed') find(at, `was deleted and had not failed (${before?.kind ?? 'nothing'})`);
    if (inProgressAt(at).length === 0) find(at, 'was deleted with no deployment in progress');
  }
  for (const { status, trainingJobName, endpointConfigName, finishedAt } of started) {
    if (status !== 'deployed' || finishedAt === null || finishedAt > asOf) continue;
    const last = own.findLast((effect) => endKinds.includes(effect.kind) && effect.at <= finishedAt);
    const shown = last?.kind === 'endpoint_deleted' ? undefined : last?.detail?.['endpointConfigName'];
    if (shown !== endpointConfigName || last?.kind === 'endpoint_failed')
      find(finishedAt, `${trainingJobName} is recorded as deployed, and ${String(shown)} was live (${last?.kind ?? 'nothing'})`);
  }
  return found;
}

/** Whether the last change before that instant failed for lack of capacity. */
function lackedCapacity(own: readonly Effect[], before: number): boolean {
  const last = own.findLast(({ kind, at }) => endKinds.includes(kind) && kind !== 'endpoint_deleted' && at <= before);
  const reason = last?.detail?.['failureReason'];
  return typeof reason === 'string' && capacityText.test(reason);
}

/** The deployment that was live, by the records, when another one began. */
const liveBefore = (deployments: readonly Started[], { startedAt, seq }: Started): Started | undefined =>
  deployments
    .filter((one) => one.status === 'deployed' && one.finishedAt !== null && one.finishedAt <= startedAt && one.seq !== seq)
    .toSorted((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0) || a.seq - b.seq)
    .at(-1);

const isNewer = (one: DeploymentRecord, other: DeploymentRecord): boolean =>
  one.trainingCreatedAt === other.trainingCreatedAt ? one.runSeq > other.runSeq : one.trainingCreatedAt > other.trainingCreatedAt;

/** The configuration that a deployment brings its endpoint back to; undefined where it does not. */
const returnsTo = ({ revert }: DeploymentRecord): string | undefined =>
  revert == null ? undefined : (JSON.parse(revert) as { to: string }).to;

/** Of the trainings from before a rollback none is deployed by itself once it is requested. */
function whyTurnedDown(one: Started, deployments: readonly DeploymentRecord[]): string | null {
  if (one.forced || one.trigger === 'rollback') return null;
  const rollback = deployments.find(
    ({ trigger, endpointName, createdAt }) =>
      trigger === 'rollback' &&
      endpointName === one.endpointName &&
      one.trainingCreatedAt <= createdAt &&
      createdAt < one.startedAt,
  );
  return rollback === undefined ? null : 'whose training is from before a rollback';
}

/** The newest training wins, unless a client forced an older one; the service itself restores only the live deployment. */
function whyNotAllowed(one: Started, live: Started | undefined, forced: ReadonlySet<string>): string | null {
  if (one.trigger === 'rollback') return null;
  if (one.forced && one.trigger === 'reconcile') {
    const same = live?.trainingJobName === one.trainingJobName;
    return same ? null : `restored, in place of ${live?.trainingJobName ?? 'nothing'} that was live`;
  }
  if (one.forced) return forced.has(one.trainingJobName) ? null : 'forced, and no client requested that';
  return live !== undefined && isNewer(live, one) ? `older than ${live.trainingJobName} that was live` : null;
}
