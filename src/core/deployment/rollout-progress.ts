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
  const trafficPercent = trafficOf(fleet, status) ?? rollout.trafficPercent;
  return phase === rollout.phase && trafficPercent === rollout.trafficPercent ? rollout : { ...rollout, phase, trafficPercent };
}

/** The rollout with what CloudWatch shows; an alarm that was once in ALARM is remembered. The same object where nothing has changed. */
export function withAlarms(rollout: Rollout, seen: readonly SeenAlarm[], now: number): Rollout {
  const alarms = rollout.alarms.map((alarm) => {
    const state = seen.find(({ name }) => name === alarm.name)?.state ?? alarm.state;
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
 * Of SageMaker's messages, `Activating traffic on canary capacity of 1 instance(s)`
 * (docs/reference/sagemaker-behavior.md#a-rollout-bakes-after-each-shift-of-traffic), or of the weight that it shows.
 */
function trafficOf(fleet: EndpointVariant, { status, statusMessage }: VariantStatus): number | null {
  if (status === 'Creating' || status === 'Updating') return 0;
  if (status === 'Deleting' || /on full capacity/i.test(statusMessage ?? '')) return 100;
  const [, instances] = /capacity of (\d+) instance/i.exec(statusMessage ?? '') ?? [];
  const all = fleet.desiredInstanceCount;
  if (instances === undefined || all === null || all <= 0) return null;
  return Math.min(100, Math.round((Number(instances) / all) * 100));
}

/**
 * The end of a rollout that SageMaker has rolled back, by what is known beside SageMaker's words, which may be none
 * (docs/reference/sagemaker-behavior.md#failurereason-alone-decides-nothing): the person who ended it, or the alarms.
 */
export function blamed(outcome: DeploymentOutcome, { abort, rollout }: Pick<Deployment, 'abort' | 'rollout'>): DeploymentOutcome {
  if (outcome.status !== 'rolled_back') return outcome;
  if (abort !== null) {
    const failureReason = abortReason(abort);
    return { ...outcome, failureReason, failureKind: 'other', detail: failureReason, turnedDown: turnedDownBy(abort) };
  }
  const alarms = (rollout?.alarms ?? []).filter(({ alarmedAt }) => alarmedAt !== null).map(({ name }) => name);
  if (alarms.length === 0) return outcome;
  const which = alarms.length === 1 ? `the alarm ${alarms[0]}` : `the alarms ${alarms.join(', ')}`;
  const words =
    outcome.failureReason === null || /gave no reason/.test(outcome.failureReason) ? '' : `: ${outcome.failureReason}`;
  const failureReason = `${which} ended the rollout${words}`;
  return { ...outcome, failureReason, failureKind: 'alarm', detail: failureReason };
}
