/** How far a rollout has come, as SageMaker and CloudWatch show it. */
import type { Deployment, DeploymentOutcome, Endpoint } from './deployment.ts';
import type { Rollout, RolloutAlarm } from './delivery-state.ts';
import type { EndpointVariant, VariantStatus } from './endpoint-variant.ts';
import { abortReason, turnedDownBy } from './way-back.ts';

/** An alarm as CloudWatch shows it now. */
export interface SeenAlarm {
  name: string;
  state: RolloutAlarm['state'];
}

/** The rollout with what an observation of the endpoint shows; the same object where nothing has changed. */
export function withEndpoint(rollout: Rollout, endpoint: Endpoint | null): Rollout {
  const [fleet] = endpoint?.pendingDeployment?.variants ?? [];
  const status = fleet === undefined ? null : newestStatus(fleet);
  if (fleet === undefined || status === null) return rollout;
  const phase = phaseOf(status);
  const trafficPercent = trafficOf(fleet) ?? rollout.trafficPercent;
  return phase === rollout.phase && trafficPercent === rollout.trafficPercent ? rollout : { ...rollout, phase, trafficPercent };
}

/**
 * The rollout once its endpoint has settled, of which no observation of the rollout itself is left: the new fleet takes all of the traffic, or
 * none. Null, and the same object, where nothing changes.
 */
export function settledRollout(rollout: Rollout | null, status: DeploymentOutcome['status']): Rollout | null {
  const trafficPercent = status === 'deployed' ? 100 : status === 'rolled_back' ? 0 : (rollout?.trafficPercent ?? null);
  return rollout === null || rollout.trafficPercent === trafficPercent ? rollout : { ...rollout, trafficPercent };
}

/**
 * The rollout with what CloudWatch shows: an alarm that was once in ALARM is remembered, and one that is gone has no state. The same object
 * where nothing has changed.
 */
export function withAlarms(rollout: Rollout, seen: readonly SeenAlarm[], now: number): Rollout {
  const alarms = rollout.alarms.map((alarm) => {
    const state = seen.find(({ name }) => name === alarm.name)?.state ?? null;
    const alarmedAt = alarm.alarmedAt ?? (state === 'ALARM' ? now : null);
    return state === alarm.state && alarmedAt === alarm.alarmedAt ? alarm : { ...alarm, state, alarmedAt };
  });
  return alarms.some((alarm, index) => alarm !== rollout.alarms[index]) ? { ...rollout, alarms } : rollout;
}

/** SageMaker's message, while it bakes: what the deployment waits for. */
export function bakeOf(endpoint: Endpoint | null): string | null {
  const [fleet] = endpoint?.pendingDeployment?.variants ?? [];
  const status = fleet === undefined ? null : newestStatus(fleet);
  return status?.status === 'Baking' ? (status.statusMessage ?? 'SageMaker watches the alarms') : null;
}

const newestStatus = ({ statuses }: EndpointVariant): VariantStatus | null => statuses.at(-1) ?? null;

/** `ActivatingTraffic` is `activating_traffic`. */
const phaseOf = ({ status }: VariantStatus): string => status.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();

/**
 * The instances of the new fleet that take traffic, among those that it is to have: it has no weight before its first shift, and none any
 * more when it is rolled back (docs/reference/sagemaker-behavior.md#a-rollout-shows-its-phases). A serverless fleet has no instances.
 */
function trafficOf({ currentWeight, currentInstanceCount, desiredInstanceCount }: EndpointVariant): number | null {
  if (currentWeight === 0) return 0;
  if (currentInstanceCount === null || desiredInstanceCount === null || desiredInstanceCount <= 0) return null;
  return Math.min(100, Math.round((currentInstanceCount / desiredInstanceCount) * 100));
}

/**
 * The end of a rollout that SageMaker has rolled back, by what is known beside SageMaker's words, which may be none
 * (docs/reference/sagemaker-behavior.md#failurereason-alone-decides-nothing): the person who ended it, or the alarms. Where SageMaker names
 * another cause, an alarm was in ALARM by chance, or because of that. `isUnread`: CloudWatch did not show the alarms at the end.
 */
export function blamed(
  outcome: DeploymentOutcome,
  { abort, rollout, isUnread }: Pick<Deployment, 'abort' | 'rollout'> & { isUnread: boolean },
): DeploymentOutcome {
  if (outcome.status !== 'rolled_back') return outcome;
  if (abort !== null) {
    const failureReason = abortReason(abort);
    return { ...outcome, failureReason, failureKind: 'other', detail: failureReason, turnedDown: turnedDownBy(abort) };
  }
  const { failureReason: words, failureKind } = outcome;
  if (rollout === null || (failureKind !== 'other' && failureKind !== 'alarm')) return outcome;
  const isSilent = words === null || /gave no reason/.test(words);
  const alarms = rollout.alarms.filter(({ alarmedAt }) => alarmedAt !== null).map(({ name }) => name);
  if (alarms.length > 0) {
    const which = alarms.length === 1 ? `the alarm ${alarms[0]}` : `the alarms ${alarms.join(', ')}`;
    const failureReason = `${which} ended the rollout${isSilent ? '' : `: ${words}`}`;
    return { ...outcome, failureReason, failureKind: 'alarm', detail: failureReason };
  }
  if (!isSilent || !isUnread || rollout.alarms.length === 0) return outcome;
  const failureReason = 'SageMaker gave no reason, and CloudWatch did not show the alarms of the rollout';
  return { ...outcome, failureReason, detail: failureReason };
}
