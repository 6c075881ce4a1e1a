import { validationError } from '../aws-error.ts';
import type { Call, Output } from '../call.ts';
import { keyOfNamed, requireTarget, type TargetInput } from '../resources/scalable-target.ts';
import { scalingArn } from '../resources/scaling-arn.ts';
import type { ScheduledActionRecord } from '../state/scaling-records.ts';

interface Input extends TargetInput {
  ScheduledActionName: string;
  Schedule?: string;
  Timezone?: string;
  StartTime?: number;
  EndTime?: number;
  ScalableTargetAction?: { MinCapacity?: number; MaxCapacity?: number };
}

/** An update keeps what it leaves out, but for the times: a start or an end that is left out is deleted, as documented. */
export function putScheduledAction(input: Input, call: Call): Output {
  const { state, now } = call;
  const { resourceId, dimension } = requireTarget(call, input);
  const key = keyOfNamed(resourceId, dimension, input.ScheduledActionName);
  const known = state.scheduledActions.get(key);
  const at = { resourceId, name: input.ScheduledActionName, createdAt: known?.createdAt ?? now };
  const { Schedule = known?.action.Schedule, Timezone = known?.action.Timezone, StartTime, EndTime } = input;
  const ScalableTargetAction = input.ScalableTargetAction ?? known?.action.ScalableTargetAction;
  requireSchedule(Schedule, ScalableTargetAction);
  const action: ScheduledActionRecord = {
    ...at,
    dimension,
    arn: known?.arn ?? scalingArn(call, 'scheduledAction', at),
    action: { Schedule, Timezone, StartTime, EndTime, ScalableTargetAction },
  };
  state.commit({
    puts: [['scheduledActions', key, action]],
    effects: [{ at: now, kind: 'scheduled_action_put', name: resourceId, detail: { scheduledActionName: action.name } }],
  });
  return {};
}

/** The wordings are made up. */
function requireSchedule(schedule: unknown, action: unknown): void {
  if (typeof schedule !== 'string' || !/^(at|rate|cron)\(.+\)$/.test(schedule)) {
    throw validationError('Schedule must be an expression at(…), rate(…) or cron(…)');
  }
  const { MinCapacity, MaxCapacity } = (action ?? {}) as { MinCapacity?: number; MaxCapacity?: number };
  if (MinCapacity === undefined && MaxCapacity === undefined) {
    throw validationError('MinCapacity, MaxCapacity or both must be specified in ScalableTargetAction');
  }
  if ((MaxCapacity ?? Infinity) < (MinCapacity ?? 0))
    throw validationError('Maximum capacity cannot be less than minimum capacity');
}
