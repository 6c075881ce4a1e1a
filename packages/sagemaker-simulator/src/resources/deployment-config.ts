import { validationError } from '../aws-error.ts';
import type { LiveVariant } from '../state/records.ts';
import { isWithin, type CapacitySize } from './capacity.ts';

/** The API model's bounds hold for all of it already. */
export interface DeploymentConfig {
  BlueGreenUpdatePolicy?: {
    TrafficRoutingConfiguration: {
      Type: 'ALL_AT_ONCE' | 'CANARY' | 'LINEAR';
      WaitIntervalInSeconds: number;
      CanarySize?: CapacitySize;
      LinearStepSize?: CapacitySize;
    };
    TerminationWaitInSeconds?: number;
    MaximumExecutionTimeoutInSeconds?: number;
  };
  RollingUpdatePolicy?: {
    MaximumBatchSize: CapacitySize;
    WaitIntervalInSeconds: number;
    MaximumExecutionTimeoutInSeconds?: number;
    RollbackMaximumBatchSize?: CapacitySize;
  };
  AutoRollbackConfiguration?: { Alarms?: { AlarmName?: string }[] };
}

/** How an update shifts traffic. */
export interface Strategy {
  kind: 'all_at_once' | 'canary' | 'linear' | 'rolling';
  size: CapacitySize | null;
  /** The bake after each shift. */
  waitSeconds: number;
  terminationWaitSeconds: number;
  timeoutSeconds: number | null;
}

/** Without a policy SageMaker shifts all traffic at once. */
export function strategyOf(config: DeploymentConfig | null): Strategy {
  const rolling = config?.RollingUpdatePolicy;
  if (rolling) {
    return {
      kind: 'rolling',
      size: rolling.MaximumBatchSize,
      waitSeconds: rolling.WaitIntervalInSeconds,
      terminationWaitSeconds: 0,
      timeoutSeconds: rolling.MaximumExecutionTimeoutInSeconds ?? null,
    };
  }
  const policy = config?.BlueGreenUpdatePolicy;
  const routing = policy?.TrafficRoutingConfiguration;
  const kinds = { ALL_AT_ONCE: 'all_at_once', CANARY: 'canary', LINEAR: 'linear' } as const;
  return {
    kind: kinds[routing?.Type ?? 'ALL_AT_ONCE'],
    size: routing?.CanarySize ?? routing?.LinearStepSize ?? null,
    waitSeconds: routing?.WaitIntervalInSeconds ?? 0,
    terminationWaitSeconds: policy?.TerminationWaitInSeconds ?? 0,
    timeoutSeconds: policy?.MaximumExecutionTimeoutInSeconds ?? null,
  };
}

export const alarmNamesOf = (config: DeploymentConfig | null): string[] =>
  (config?.AutoRollbackConfiguration?.Alarms ?? []).flatMap(({ AlarmName }) => AlarmName ?? []);

const invalidConfig = (message: string): Error => validationError(`Invalid DeploymentConfig: ${message}`);

/**
 * What a configuration needs beyond the API model's bounds, whatever it is used for. The rules are documented, the wordings made up.
 * @throws {AwsError} ValidationException.
 */
export function requireDeploymentConfig(config: DeploymentConfig | undefined): void {
  if (config === undefined) return;
  const { BlueGreenUpdatePolicy: blueGreen, RollingUpdatePolicy: rolling } = config;
  if (blueGreen && rolling) {
    throw validationError('Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy can be specified in DeploymentConfig.');
  }
  if (blueGreen) requireSizes(blueGreen.TrafficRoutingConfiguration);
  const strategy = strategyOf(config);
  const { kind, size } = strategy;
  if (size?.Type === 'CAPACITY_PERCENT' && !isWithin(size.Value, boundsOf[kind])) throw invalidConfig(sizeText(kind));
  const waits = shiftsOf(strategy) * strategy.waitSeconds + strategy.terminationWaitSeconds;
  if (strategy.timeoutSeconds !== null && waits >= strategy.timeoutSeconds) {
    throw invalidConfig(`MaximumExecutionTimeoutInSeconds must be larger than the total waiting time of ${waits} seconds.`);
  }
}

type Routing = NonNullable<DeploymentConfig['BlueGreenUpdatePolicy']>['TrafficRoutingConfiguration'];

function requireSizes({ Type, CanarySize, LinearStepSize }: Routing): void {
  if ((Type === 'CANARY') !== (CanarySize !== undefined)) {
    throw invalidConfig('CanarySize must be specified for the traffic routing type CANARY, and for no other.');
  }
  if ((Type === 'LINEAR') !== (LinearStepSize !== undefined)) {
    throw invalidConfig('LinearStepSize must be specified for the traffic routing type LINEAR, and for no other.');
  }
}

/** In percent of a variant's instances. */
const boundsOf = { all_at_once: [0, 100], canary: [0, 50], linear: [10, 50], rolling: [5, 50] } as const;

function sizeText(kind: Strategy['kind']): string {
  if (kind === 'canary') return "CanarySize must be less than or equal to 50% of the variant's total instance count.";
  if (kind === 'linear') return "LinearStepSize must be 10-50% of the variant's total instance count.";
  return "MaximumBatchSize must be between 5% to 50% of the variant's total instance count.";
}

/** How many shifts a size in percent makes; one in instances shows its shifts with the fleet only. */
const shiftsOf = ({ kind, size }: Strategy): number => {
  if (kind === 'all_at_once') return 1;
  if (kind === 'canary') return 2;
  return size?.Type === 'CAPACITY_PERCENT' ? Math.ceil(100 / size.Value) : 1;
};

/**
 * What the update of an endpoint needs: the same variants, and sizes that fit each of them. A share of one instance is no instance, so
 * that only ALL_AT_ONCE is possible for it (SageMaker's own rounding is not documented).
 * @throws {AwsError} ValidationException; the wordings are made up.
 */
export function requireFittingConfig(config: DeploymentConfig | null, live: LiveVariant[], wanted: LiveVariant[]): void {
  if (config === null || (!config.BlueGreenUpdatePolicy && !config.RollingUpdatePolicy)) return;
  const { kind, size } = strategyOf(config);
  const names = (fleet: LiveVariant[]): string =>
    fleet
      .map(({ variantName }) => variantName)
      .toSorted()
      .join(', ');
  if (names(live) !== names(wanted)) {
    throw invalidConfig('the new endpoint configuration must have the same variant names as the current one.');
  }
  if (kind === 'rolling' && wanted.length > 1) throw invalidConfig('RollingUpdatePolicy is not supported for several variants.');
  if (kind !== 'all_at_once' && wanted.some(({ serverless }) => serverless !== null)) {
    throw invalidConfig('only ALL_AT_ONCE is supported for serverless variants.');
  }
  for (const { desiredInstanceCount: count } of wanted) {
    if (size === null || count === null) continue;
    const percent = size.Type === 'CAPACITY_PERCENT' ? size.Value : (100 * size.Value) / count;
    if (count < 2 || !isWithin(percent, boundsOf[kind])) throw invalidConfig(sizeText(kind));
  }
}
