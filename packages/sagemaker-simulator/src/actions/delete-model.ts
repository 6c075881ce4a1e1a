import type { Call, Output } from '../call.ts';
import { requireModel } from '../resources/model.ts';
import { keyOf } from '../state/state.ts';

/** Succeeds for a model in use too: no rule of SageMaker against it was found. */
export function deleteModel({ ModelName }: { ModelName: string }, call: Call): Output {
  const { name } = requireModel(call, ModelName);
  call.state.commit({ puts: [['models', keyOf(name), null]], effects: [{ at: call.now, kind: 'model_deleted', name }] });
  return null;
}
