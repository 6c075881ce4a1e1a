import type { Call, Output } from '../call.ts';
import { removeTargets, requireTarget, type TargetInput } from '../resources/scalable-target.ts';

/** Its policies and scheduled actions go with it. */
export function deregisterScalableTarget(input: TargetInput, call: Call): Output {
  const target = requireTarget(call, input);
  call.state.commit({
    puts: removeTargets(call.state, [target]),
    effects: [
      { at: call.now, kind: 'scalable_target_deregistered', name: target.resourceId, detail: { dimension: target.dimension } },
    ],
  });
  return {};
}
