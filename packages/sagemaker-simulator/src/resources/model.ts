import type { Call } from '../call.ts';
import { validationError } from '../aws-error.ts';
import type { ModelRecord } from '../state/records.ts';
import type { ContainerDefinition, ModelRequest } from '../state/requests.ts';
import { keyOf } from '../state/state.ts';

/** @throws {AwsError} what SageMaker returns for an unknown model. */
export function requireModel({ state, arn }: Call, name: string): ModelRecord {
  const model = state.models.get(keyOf(name));
  if (!model) throw validationError(`Could not find model "${arn('model', name)}".`);
  return model;
}

/** The one container of a model, or all of its inference pipeline. */
export const listContainers = ({ PrimaryContainer, Containers }: ModelRequest): ContainerDefinition[] =>
  PrimaryContainer ? [PrimaryContainer] : (Containers ?? []);
