import type { Call } from '../call.ts';
import type { TrainingJobRecord, TrainingJobRequest } from '../state/records.ts';
import { finalMetrics } from './training-job.ts';
import { planTraining, type WorkingPhase } from './training-plan.ts';

/** MaxRuntimeInSeconds where a request has none: a day. */
export const defaultMaxRuntimeSeconds = 86_400;

/** A training job as it is when CreateTrainingJob has just been called, without its tags. */
export function newTrainingJob(
  input: TrainingJobRequest,
  { now, arn, settings }: Pick<Call, 'now' | 'arn' | 'settings'>,
  failure: { during: WorkingPhase; reason: string } | null,
): TrainingJobRecord {
  const { Tags: _tags, ...request } = input;
  const maxRuntimeSeconds = input.StoppingCondition?.MaxRuntimeInSeconds ?? defaultMaxRuntimeSeconds;
  return {
    name: input.TrainingJobName,
    arn: arn('training-job', input.TrainingJobName),
    createdAt: now,
    tags: [],
    request,
    timeline: planTraining({ startAt: now, maxRuntimeSeconds, failsDuring: failure?.during ?? null }, settings),
    failureReason: failure?.reason ?? null,
    metrics: finalMetrics(input),
  };
}
