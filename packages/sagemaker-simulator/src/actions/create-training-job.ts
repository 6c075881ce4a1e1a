import type { Call, Output } from '../call.ts';
import { AwsError, validationError } from '../aws-error.ts';
import { requireChannels } from '../resources/channel-rules.ts';
import { requireQuota } from '../resources/quota.ts';
import type { TrainingJobRequest } from '../state/requests.ts';
import { keyOf } from '../state/state.ts';
import { mergedTags } from '../resources/tags.ts';
import { invalidInput, missing } from '../validation/validate-input.ts';
import { defaultMaxRuntimeSeconds, newTrainingJob } from '../resources/new-training-job.ts';
import { artifactUrl, hasEnded, countInstances } from '../resources/training-job.ts';

/** 28 days. */
const longestRuntimeSeconds = 2_419_200;

export function createTrainingJob(input: TrainingJobRequest, call: Call): Output {
  const { state, now } = call;
  requireComplete(input);
  requireStoppingCondition(input);
  requireChannels(input);
  const tags = mergedTags([], input.Tags);
  const name = input.TrainingJobName;
  const existing = state.trainingJobs.get(keyOf(name));
  if (existing) throw alreadyExists(existing.arn);
  requireQuota(call, 'training job', countInstances(input), (instanceType) => inUse(call, instanceType));

  const failure = call.inject('fail_training');
  const job = newTrainingJob(input, call, failure);
  state.commit({
    puts: [['trainingJobs', keyOf(name), { ...job, tags }]],
    effects: [{ at: now, kind: 'training_job_created', name, detail: { artifact: artifactUrl(input) } }],
  });
  return { TrainingJobArn: job.arn };
}

const alreadyExists = (arn: string): AwsError =>
  new AwsError(
    'ResourceInUse',
    `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn})`,
  );

/** What the model left optional only for serverless jobs was required before, and ordinary jobs still need it. */
function requireComplete({
  ServerlessJobConfig,
  AlgorithmSpecification,
  ResourceConfig,
  StoppingCondition,
}: TrainingJobRequest): void {
  if (ServerlessJobConfig) return;
  const faults = [];
  if (!AlgorithmSpecification) faults.push(missing('algorithmSpecification'));
  if (!ResourceConfig) faults.push(missing('resourceConfig'));
  else if (!ResourceConfig.InstanceGroups) {
    if (!ResourceConfig.InstanceType) faults.push(missing('resourceConfig.instanceType'));
    if (ResourceConfig.InstanceCount === undefined) faults.push(missing('resourceConfig.instanceCount'));
    else if (ResourceConfig.InstanceCount < 1) {
      faults.push({
        value: ResourceConfig.InstanceCount,
        path: 'resourceConfig.instanceCount',
        constraint: 'Member must have value greater than or equal to 1',
      });
    }
    if (ResourceConfig.VolumeSizeInGB === undefined) faults.push(missing('resourceConfig.volumeSizeInGB'));
  }
  if (!StoppingCondition) faults.push(missing('stoppingCondition'));
  if (faults.length > 0) throw invalidInput(faults);
  if ((AlgorithmSpecification?.TrainingImage === undefined) === (AlgorithmSpecification?.AlgorithmName === undefined)) {
    throw validationError('Exactly one of TrainingImage and AlgorithmName must be specified in AlgorithmSpecification.');
  }
}

/** The texts for spot training: Kenza-AI/sagify#111 for the first; the second's wording is from memory of the service. */
function requireStoppingCondition({
  StoppingCondition = {},
  EnableManagedSpotTraining = false,
  ResourceConfig,
}: TrainingJobRequest): void {
  const { MaxRuntimeInSeconds = defaultMaxRuntimeSeconds, MaxWaitTimeInSeconds } = StoppingCondition;
  if (MaxRuntimeInSeconds > longestRuntimeSeconds) {
    const constraint = `Member must have value less than or equal to ${longestRuntimeSeconds}`;
    throw invalidInput([{ value: MaxRuntimeInSeconds, path: 'stoppingCondition.maxRuntimeInSeconds', constraint }]);
  }
  if (!EnableManagedSpotTraining && MaxWaitTimeInSeconds !== undefined) {
    throw validationError('Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true');
  }
  if (EnableManagedSpotTraining && (MaxWaitTimeInSeconds ?? 0) < MaxRuntimeInSeconds) {
    throw validationError('Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds');
  }
  // Documented for warm pools; the wording is made up.
  if (EnableManagedSpotTraining && (ResourceConfig?.KeepAlivePeriodInSeconds ?? 0) > 0) {
    throw validationError('KeepAlivePeriodInSeconds is not supported when EnableManagedSpotTraining is set to true');
  }
}

function inUse({ state, now }: Call, instanceType: string): number {
  return [...state.trainingJobs.values()]
    .filter((job) => !hasEnded(job, now))
    .reduce((sum, job) => sum + (countInstances(job.request).get(instanceType) ?? 0), 0);
}
