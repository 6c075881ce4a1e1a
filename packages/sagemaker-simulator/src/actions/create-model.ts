import type { Call, Output } from '../call.ts';
import { validationError } from '../aws-error.ts';
import { requireContainers } from '../resources/container-rules.ts';
import { listContainers } from '../resources/model.ts';
import type { ModelRecord } from '../state/records.ts';
import type { ContainerDefinition, ModelRequest } from '../state/requests.ts';
import { keyOf, type State } from '../state/state.ts';
import { mergedTags } from '../resources/tags.ts';
import { artifactUrl, hasArtifact } from '../resources/training-job.ts';
import { invalidInput, missing } from '../validation/validate-input.ts';

export function createModel(input: ModelRequest, call: Call): Output {
  const { state, now, arn } = call;
  if (input.ExecutionRoleArn === undefined) throw invalidInput([missing('executionRoleArn')]);
  const containers = listContainers(input);
  if ((input.PrimaryContainer === undefined) === (input.Containers === undefined) || containers.length === 0) {
    throw validationError('Exactly one of PrimaryContainer and Containers must be specified.');
  }
  requireContainers(containers);
  for (const container of containers) requireArtifact(container, call);
  const { Tags, ...request } = input;
  const model: ModelRecord = {
    name: input.ModelName,
    arn: arn('model', input.ModelName),
    createdAt: now,
    tags: mergedTags([], Tags),
    request,
  };
  const existing = state.models.get(keyOf(model.name));
  if (existing) throw validationError(`Cannot create already existing model "${existing.arn}".`);
  state.commit({
    puts: [['models', keyOf(model.name), model]],
    effects: [
      {
        at: now,
        kind: 'model_created',
        name: model.name,
        detail: { modelDataUrls: containers.map(({ ModelDataUrl = null }) => ModelDataUrl) },
      },
    ],
  });
  return { ModelArn: model.arn };
}

/** @throws {AwsError} for model data that is known to be missing. */
function requireArtifact({ ModelDataUrl, ModelDataSource }: ContainerDefinition, { state, now }: Call): void {
  const url = ModelDataUrl ?? ModelDataSource?.S3DataSource?.S3Uri;
  if (url !== undefined && isMissingArtifact(url, state, now)) throw validationError(`Could not find model data at ${url}.`);
}

/**
 * SageMaker checks that the model data exists (aws/aws-step-functions-data-science-sdk-python#61). The simulator has no S3, but it
 * knows that a training job that has not completed has left no artifact. It accepts any other URL.
 */
function isMissingArtifact(url: string, state: State, now: number): boolean {
  const name = /\/([^/]+)\/output\/model(\.tar\.gz|\/)$/.exec(url)?.[1];
  const job = name === undefined ? undefined : state.trainingJobs.get(keyOf(name));
  return job !== undefined && artifactUrl(job.request) === url && !hasArtifact(job, now);
}
