import type { RolloutPolicy, RolloutStrategy } from '../delivery/policy.ts';
import { leastBakeSeconds, leastLaunchSeconds, rolloutLimits, waitsSeconds } from '../delivery/rollout-timing.ts';
import { type AlarmSubject, guardAlarms, type GuardAlarm } from './guard-alarms.ts';

/** How a deployment's update of its endpoint runs. It is JSON: it is recorded before the first call. */
export interface RolloutPlan {
  /** In force, which may be another one than that of the policy. */
  readonly strategy: RolloutStrategy;
  /** DeploymentConfig of UpdateEndpoint; null: without one, all at once. */
  readonly deploymentConfig: DeploymentConfig | null;
  /** To be made before the update, and deleted after it. */
  readonly guardAlarms: readonly GuardAlarm[];
  /** All that SageMaker watches, ours included: none of the others may be in ALARM before the update. */
  readonly alarmNames: readonly string[];
  /** How long the deployment may take once its update begins, in milliseconds: longer than SageMaker may. */
  readonly deadlineMs: number;
  /** For the history: that the strategy in force is not the policy's, or that its guard cannot act; null where neither is so. */
  readonly note: string | null;
}

interface CapacitySize {
  readonly Type: 'CAPACITY_PERCENT';
  readonly Value: number;
}

interface TrafficRouting {
  readonly Type: 'ALL_AT_ONCE' | 'CANARY' | 'LINEAR';
  readonly WaitIntervalInSeconds: number;
  readonly CanarySize?: CapacitySize;
  readonly LinearStepSize?: CapacitySize;
}

/** SageMaker's, as far as the service uses it. Whole, so that nothing of an earlier update remains in force: never RetainDeploymentConfig. */
export type DeploymentConfig = {
  readonly AutoRollbackConfiguration?: { readonly Alarms: readonly { readonly AlarmName: string }[] };
} & (
  | {
      readonly BlueGreenUpdatePolicy: {
        readonly TrafficRoutingConfiguration: TrafficRouting;
        readonly TerminationWaitInSeconds: number;
        readonly MaximumExecutionTimeoutInSeconds: number;
      };
    }
  | {
      readonly RollingUpdatePolicy: {
        readonly MaximumBatchSize: CapacitySize;
        readonly WaitIntervalInSeconds: number;
        readonly MaximumExecutionTimeoutInSeconds: number;
      };
    }
);

/** The production variant that serves now. Its count is the desired one, which autoscaling sets; null where SageMaker shows none. */
export interface LiveFleet {
  readonly instanceCount: number | null;
  readonly isServerless: boolean;
}

interface Wanted {
  readonly rollout: RolloutPolicy | null;
  /** null for an endpoint that is to be created: it has no traffic to shift. */
  readonly live: LiveFleet | null;
  readonly subject: AlarmSubject;
  /** MAX_DEPLOYMENT_WAIT_SECONDS, in milliseconds: how long a deployment may take beside what the policy waits for. */
  readonly maxDeploymentWaitMs: number;
}

/** Two fleets that share the traffic need two instances (docs/reference/sagemaker-behavior.md#one-instance-has-no-canary). */
export const leastInstances = 2;

/** After SageMaker's own time limit an update is rolled back, which launches no second fleet, and the service has to observe that. */
const settleSeconds = 600;

/** Plans the update of an endpoint: the strategy that its fleet allows, and the time that it takes. */
export function planRollout({ rollout, live, subject, maxDeploymentWaitMs }: Wanted): RolloutPlan {
  const atOnce = { strategy: 'all_at_once', deploymentConfig: null, guardAlarms: [], alarmNames: [], note: null } as const;
  if (rollout === null) return { ...atOnce, deadlineMs: maxDeploymentWaitMs };
  if (live === null) {
    const note = `the endpoint is created: there is no traffic that ${inWords(rollout.strategy)} could shift`;
    return { ...atOnce, note: rollout.strategy === 'all_at_once' ? null : note, deadlineMs: maxDeploymentWaitMs };
  }
  const obstacle = rollout.strategy === 'all_at_once' ? null : obstacleOf(live);
  const inForce: RolloutPolicy = obstacle === null ? rollout : { ...rollout, strategy: 'all_at_once', sizePercent: null };
  const notes = [
    ...(obstacle === null ? [] : [`${inWords(rollout.strategy)} ${obstacle}: all at once with ${bakeInWords(inForce)}`]),
    ...(inForce.guard === null || inForce.bakeSeconds >= leastBakeSeconds ? [] : [tooShort(inForce)]),
  ];
  const guards = inForce.guard === null ? [] : guardAlarms(inForce.guard, inForce.bakeSeconds, subject);
  const alarmNames = [...inForce.alarms, ...guards.map(({ AlarmName }) => AlarmName)];
  const executionSeconds = executionLimit(inForce, maxDeploymentWaitMs);
  return {
    strategy: inForce.strategy,
    deploymentConfig: deploymentConfig(inForce, alarmNames, executionSeconds),
    guardAlarms: guards,
    alarmNames,
    deadlineMs: Math.max(maxDeploymentWaitMs, (executionSeconds + settleSeconds) * 1000),
    note: notes.length === 0 ? null : notes.join('; '),
  };
}

function obstacleOf({ instanceCount, isServerless }: LiveFleet): string | null {
  if (isServerless) return 'is not for a serverless endpoint';
  if (instanceCount !== null && instanceCount >= leastInstances) return null;
  const has = instanceCount === null ? 'SageMaker shows no count' : `the endpoint has ${instanceCount}`;
  return `needs ${leastInstances} instances and ${has}`;
}

/** A policy may say so: traffic from elsewhere, or an alarm that a person sets, ends such a rollout, too. */
const tooShort = ({ bakeSeconds }: RolloutPolicy): string =>
  `a bake of ${bakeSeconds} s is over before the guard's alarms see its errors, which takes ${leastBakeSeconds} s`;

const inWords = (strategy: RolloutStrategy): string => strategy.replaceAll('_', ' ');
const bakeInWords = ({ bakeSeconds }: RolloutPolicy): string => (bakeSeconds === 0 ? 'no bake' : `a bake of ${bakeSeconds} s`);

/** MaximumExecutionTimeoutInSeconds: the waits of the policy and the time that the service gives a deployment without any. */
function executionLimit(rollout: RolloutPolicy, maxDeploymentWaitMs: number): number {
  const launchSeconds = Math.max(leastLaunchSeconds, Math.ceil(maxDeploymentWaitMs / 1000));
  return Math.min(rolloutLimits.maxExecutionSeconds, waitsSeconds(rollout) + launchSeconds);
}

function deploymentConfig(
  { strategy, sizePercent, bakeSeconds }: RolloutPolicy,
  alarmNames: readonly string[],
  executionSeconds: number,
): DeploymentConfig {
  const rollback =
    alarmNames.length === 0 ? {} : { AutoRollbackConfiguration: { Alarms: alarmNames.map((AlarmName) => ({ AlarmName })) } };
  const size = (): CapacitySize => ({ Type: 'CAPACITY_PERCENT', Value: sizePercent ?? 100 });
  const limit = { MaximumExecutionTimeoutInSeconds: executionSeconds };
  if (strategy === 'rolling')
    return { RollingUpdatePolicy: { MaximumBatchSize: size(), WaitIntervalInSeconds: bakeSeconds, ...limit }, ...rollback };
  const routing: TrafficRouting =
    strategy === 'canary'
      ? { Type: 'CANARY', WaitIntervalInSeconds: bakeSeconds, CanarySize: size() }
      : strategy === 'linear'
        ? { Type: 'LINEAR', WaitIntervalInSeconds: bakeSeconds, LinearStepSize: size() }
        : { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 };
  // The bake on the full capacity, after the last shift.
  const bake = { TerminationWaitInSeconds: bakeSeconds };
  return { BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: routing, ...bake, ...limit }, ...rollback };
}
