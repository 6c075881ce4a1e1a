import { epochSeconds, type Call, type Output } from '../call.ts';
import { validationError } from '../http/aws-error.ts';
import { pageOf, type ListInput } from '../listing/page.ts';
import type { ModelRecord } from '../state/records.ts';
import { keyOf } from '../state/state.ts';

interface Named {
  ModelName: string;
}

export function requireModel({ state, arn }: Call, name: string): ModelRecord {
  const model = state.models.get(keyOf(name));
  if (!model) throw validationError(`Could not find model "${arn('model', name)}".`);
  return model;
}

export function describeModel({ ModelName }: Named, call: Call): Output {
  const model = requireModel(call, ModelName);
  return { EnableNetworkIsolation: false, ...model.request, ModelArn: model.arn, CreationTime: epochSeconds(model.createdAt) };
}

/** Goes through also for a model in use: no rule against it was found (sagemaker-facts, section 4). */
export function deleteModel({ ModelName }: Named, call: Call): Output {
  const { name } = requireModel(call, ModelName);
  call.state.commit({ puts: [['models', keyOf(name), null]], effects: [{ at: call.now, kind: 'model_deleted', name }] });
  return null;
}

export function listModels(input: ListInput, { state }: Call): Output {
  const models = Array.from(state.models.values(), ({ name, arn, createdAt }) => {
    const summary = { ModelName: name, ModelArn: arn, CreationTime: epochSeconds(createdAt) };
    return { name, createdAt, modifiedAt: createdAt, status: '', summary };
  });
  // Newest first by default, unlike training jobs (the API model's text on OrderKey).
  const { summaries, NextToken } = pageOf(models, { ...input, SortOrder: input.SortOrder ?? 'Descending' });
  return { Models: summaries, NextToken };
}
