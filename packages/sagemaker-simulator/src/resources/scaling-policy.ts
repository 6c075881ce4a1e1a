import { validationError } from '../aws-error.ts';
import type { ScalingPolicyRecord } from '../state/scaling-records.ts';
import type { State } from '../state/state.ts';

interface TrackingConfiguration {
  TargetValue: number;
  PredefinedMetricSpecification?: { PredefinedMetricType: string };
  CustomizedMetricSpecification?: object;
}

export interface PolicyInput {
  PolicyName: string;
  PolicyType?: string;
  StepScalingPolicyConfiguration?: object;
  TargetTrackingScalingPolicyConfiguration?: TrackingConfiguration;
  PredictiveScalingPolicyConfiguration?: object;
}

const configurations = {
  StepScaling: 'StepScalingPolicyConfiguration',
  TargetTrackingScaling: 'TargetTrackingScalingPolicyConfiguration',
  PredictiveScaling: 'PredictiveScalingPolicyConfiguration',
} as const;

/** Those of a variant, by the documentation of PredefinedMetricType. */
const variantMetrics = [
  'SageMakerVariantInvocationsPerInstance',
  'SageMakerVariantProvisionedConcurrencyUtilization',
  'SageMakerVariantConcurrentRequestsPerModelHighResolution',
];

/**
 * What a request makes of a policy: its type, and the one configuration that fits.
 * @param knownType of the policy that it replaces; without both it is StepScaling.
 * @throws {AwsError} ValidationException. The wordings are made up.
 */
export function readPolicy(
  input: PolicyInput,
  knownType: string | undefined,
): { policyType: keyof typeof configurations; configuration: Record<string, object> } {
  const policyType = (input.PolicyType ?? knownType ?? 'StepScaling') as keyof typeof configurations;
  const member = configurations[policyType];
  // Predictive scaling is for ECS alone.
  if (policyType === 'PredictiveScaling')
    throw validationError('Predictive scaling is not supported for the service namespace sagemaker.');
  const configuration = input[member];
  if (!configuration) throw validationError(`${member} must be specified for a policy of type ${policyType}.`);
  const others = Object.values(configurations).filter((one) => one !== member && input[one] !== undefined);
  if (others.length > 0) throw validationError(`${others.join(', ')} cannot be specified for a policy of type ${policyType}.`);
  if (policyType === 'TargetTrackingScaling') requireMetric(configuration as TrackingConfiguration);
  return { policyType, configuration: { [member]: configuration } };
}

function requireMetric({
  PredefinedMetricSpecification: predefined,
  CustomizedMetricSpecification: customized,
}: TrackingConfiguration): void {
  if ((predefined === undefined) === (customized === undefined)) {
    throw validationError('Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified.');
  }
  if (predefined && !variantMetrics.includes(predefined.PredefinedMetricType)) {
    throw validationError(
      `The metric type ${predefined.PredefinedMetricType} is not supported for the service namespace sagemaker and its variants.`,
    );
  }
}

/**
 * Two policies of one target never track the same predefined metric.
 * @throws {AwsError} ValidationException, in AWS's words as remembered.
 */
export function requireOwnMetric(state: State, policy: ScalingPolicyRecord): void {
  const metric = trackedMetric(policy);
  if (metric === undefined) return;
  for (const other of state.scalingPolicies.values()) {
    const isSibling =
      other.resourceId === policy.resourceId && other.dimension === policy.dimension && other.name !== policy.name;
    if (isSibling && trackedMetric(other) === metric) {
      throw validationError('Only one TargetTrackingScaling policy for a given metric specification is allowed.');
    }
  }
}

const trackedMetric = ({ configuration }: ScalingPolicyRecord): string | undefined =>
  (configuration.TargetTrackingScalingPolicyConfiguration as TrackingConfiguration | undefined)?.PredefinedMetricSpecification
    ?.PredefinedMetricType;
