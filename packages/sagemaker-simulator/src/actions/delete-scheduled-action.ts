import { AwsError } from '../aws-error.ts';
import type { Call, Output } from '../call.ts';
import { describeTarget, keyOfNamed, type TargetInput } from '../resources/scalable-target.ts';

export function deleteScheduledAction(input: TargetInput & { ScheduledActionName: string }, { state, now }: Call): Output {
  const { ScheduledActionName: name } = input;
  const key = keyOfNamed(input.ResourceId, input.ScalableDimension, name);
  if (!state.scheduledActions.has(key)) {
    throw new AwsError(
      'ObjectNotFoundException',
      `No scheduled action found for ${describeTarget(input)}, scheduled action name: ${name}`,
    );
  }
  state.commit({
    puts: [['scheduledActions', key, null]],
    effects: [{ at: now, kind: 'scheduled_action_deleted', name: input.ResourceId, detail: { scheduledActionName: name } }],
  });
  return {};
}
