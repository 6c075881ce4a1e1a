import type { Call, Output } from '../call.ts';
import { validationError } from '../aws-error.ts';
import { requireScalableVariant, targetKey, type TargetInput } from '../resources/scalable-target.ts';
import { scalableTargetArn, scalingRoleArn } from '../resources/scaling-arn.ts';
import type { ScalableTargetRecord } from '../state/scaling-records.ts';

interface Input extends TargetInput {
  MinCapacity?: number;
  MaxCapacity?: number;
  SuspendedState?: Record<string, boolean>;
  Tags?: Record<string, string>;
}

const notSuspended = {
  DynamicScalingInSuspended: false,
  DynamicScalingOutSuspended: false,
  ScheduledScalingSuspended: false,
};

/** Registers or updates: what an update leaves out stays. The role of the request is not used, as documented. */
export function registerScalableTarget(input: Input, call: Call): Output {
  const { state, now } = call;
  requireScalableVariant(call, input);
  const { ResourceId: resourceId, ScalableDimension: dimension } = input;
  const key = targetKey(resourceId, dimension);
  const known = state.scalableTargets.get(key);
  // terraform-aws-modules/terraform-aws-rds-aurora#420
  if (known && input.Tags) {
    throw validationError(
      'The scalable target that you tried to tag already exists. To update tags on an existing scalable target, use the TagResource API.',
    );
  }
  const target: ScalableTargetRecord = {
    resourceId,
    dimension,
    arn: known?.arn ?? scalableTargetArn(call, key, now),
    roleArn: scalingRoleArn(call),
    createdAt: known?.createdAt ?? now,
    ...capacities(input, known),
    suspended: { ...notSuspended, ...known?.suspended, ...input.SuspendedState },
    tags: known?.tags ?? input.Tags ?? {},
  };
  const { minCapacity, maxCapacity } = target;
  state.commit({
    puts: [['scalableTargets', key, target]],
    effects: [{ at: now, kind: 'scalable_target_registered', name: resourceId, detail: { dimension, minCapacity, maxCapacity } }],
  });
  return { ScalableTargetARN: target.arn };
}

/** Both are required for a new target. The wordings are made up. */
function capacities(
  { MinCapacity, MaxCapacity }: Input,
  known: ScalableTargetRecord | undefined,
): { minCapacity: number; maxCapacity: number } {
  const minCapacity = MinCapacity ?? known?.minCapacity;
  const maxCapacity = MaxCapacity ?? known?.maxCapacity;
  if (minCapacity === undefined || maxCapacity === undefined) {
    throw validationError('Minimum capacity and maximum capacity must be specified to register a new scalable target');
  }
  if (minCapacity < 0) throw validationError('Minimum capacity cannot be less than 0');
  if (maxCapacity < minCapacity) throw validationError('Maximum capacity cannot be less than minimum capacity');
  return { minCapacity, maxCapacity };
}
