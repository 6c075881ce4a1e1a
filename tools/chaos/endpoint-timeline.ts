import { capacityText } from '../../src/core/deployment/endpoint-failure.ts';
import type { Effect } from 'sagemaker-simulator';
import { runOf } from './run-of-effect.ts';
import type { DeploymentRecord } from './soak-records.ts';

/** Something that must not be, and where in time it shows. */
export interface Finding {
  what: string;
  endpoint: string | null;
  at: number | null;
}

const asks: readonly string[] = ['endpoint_create_requested', 'endpoint_update_requested'];
const ends: readonly string[] = ['endpoint_in_service', 'endpoint_failed', 'endpoint_rolled_back', 'endpoint_deleted'];
export const isChangeRequest = ({ kind }: Effect): boolean => asks.includes(kind);

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
 * Holds what was done to an endpoint against what the service has recorded of its deployments. Whatever was asked for has to be
 * asked once, by a deployment of that training that is under way at that instant, which the service was allowed to begin; what is
 * recorded as deployed has to have been in service. Pure: both are as they were read, the effects at `asOf` and the records later.
 */
export function timelineFindings(endpoint: string, { effects, asOf, deployments, forced }: EndpointTimeline): Finding[] {
  const found: Finding[] = [];
  const find = (at: number, what: string): void => void found.push({ what: `${endpoint}: ${what}`, endpoint, at });
  const own = effects.filter(({ name }) => name === endpoint);
  const started = deployments.filter((one): one is Started => one.endpointName === endpoint && one.startedAt !== null);
  const inProgressAt = (at: number): Started[] =>
    started.filter((one) => one.startedAt <= at && (one.finishedAt === null || at <= one.finishedAt));

  const changeRequestsIn = new Map<Started, number>();
  for (const ask of own.filter(isChangeRequest)) {
    const name = runOf(ask);
    // Of two that meet in one millisecond, the one that has asked for nothing yet.
    const [asker] = inProgressAt(ask.at)
      .filter((one) => one.trainingJobName === name)
      .toSorted((a, b) => (changeRequestsIn.get(a) ?? 0) - (changeRequestsIn.get(b) ?? 0));
    if (asker === undefined) {
      find(ask.at, `was put on ${name} by nothing that was under way`);
      continue;
    }
    // What came to nothing for want of capacity is asked for again.
    const times = (wasShort(own, ask.at) ? 0 : (changeRequestsIn.get(asker) ?? 0)) + 1;
    changeRequestsIn.set(asker, times);
    if (times > 1) find(ask.at, `was asked for ${times} times by deployment ${asker.attempts} of ${name}`);
  }
  for (const one of changeRequestsIn.keys()) {
    const wrong = whyNotAllowed(one, liveBefore(started, one), forced);
    if (wrong !== null) find(one.startedAt, `was put on ${one.trainingJobName}, ${wrong}`);
  }

  for (const [index, { kind, at }] of own.entries()) {
    if (kind !== 'endpoint_delete_requested') continue;
    const before = own.slice(0, index).findLast((effect) => ends.includes(effect.kind));
    if (before?.kind !== 'endpoint_failed') find(at, `was deleted and had not failed (${before?.kind ?? 'nothing'})`);
    if (inProgressAt(at).length === 0) find(at, 'was deleted by nothing that was under way');
  }
  for (const { status, trainingJobName, endpointConfigName, finishedAt } of started) {
    if (status !== 'deployed' || finishedAt === null || finishedAt > asOf) continue;
    const last = own.findLast((effect) => ends.includes(effect.kind) && effect.at <= finishedAt);
    const shown = last?.kind === 'endpoint_deleted' ? undefined : last?.detail?.['endpointConfigName'];
    if (shown !== endpointConfigName || last?.kind === 'endpoint_failed')
      find(finishedAt, `${trainingJobName} is recorded as deployed, and ${String(shown)} was there (${last?.kind ?? 'nothing'})`);
  }
  return found;
}

/** Whether what happened last before that instant is that SageMaker had no capacity. */
function wasShort(own: readonly Effect[], before: number): boolean {
  const last = own.findLast(({ kind, at }) => ends.includes(kind) && kind !== 'endpoint_deleted' && at <= before);
  const reason = last?.detail?.['failureReason'];
  return typeof reason === 'string' && capacityText.test(reason);
}

/** What was live by the records when a deployment began. */
const liveBefore = (deployments: readonly Started[], { startedAt, seq }: Started): Started | undefined =>
  deployments
    .filter((one) => one.status === 'deployed' && one.finishedAt !== null && one.finishedAt <= startedAt && one.seq !== seq)
    .toSorted((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0) || a.seq - b.seq)
    .at(-1);

const isNewer = (one: DeploymentRecord, other: DeploymentRecord): boolean =>
  one.trainingCreatedAt === other.trainingCreatedAt ? one.runSeq > other.runSeq : one.trainingCreatedAt > other.trainingCreatedAt;

/** The newest training wins, unless a client forced an older one; what the service repeats by itself is what is live. */
function whyNotAllowed(one: Started, live: Started | undefined, forced: ReadonlySet<string>): string | null {
  if (one.forced && one.trigger === 'reconcile') {
    const same = live?.trainingJobName === one.trainingJobName;
    return same ? null : `again, in place of ${live?.trainingJobName ?? 'nothing'} that had gone live`;
  }
  if (one.forced) return forced.has(one.trainingJobName) ? null : 'forced, and nobody had asked for that';
  return live !== undefined && isNewer(live, one) ? `older than ${live.trainingJobName} that was live` : null;
}
