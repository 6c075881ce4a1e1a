import type { Call } from '../call.ts';
import type { TrainingJobRecord } from '../state/records.ts';
import type { TrainingJobRequest } from '../state/requests.ts';
import { finalMetrics } from './final-metrics.ts';
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
  const { MaxRuntimeInSeconds: maxRuntimeSeconds = defaultMaxRuntimeSeconds, MaxWaitTimeInSeconds } =
    input.StoppingCondition ?? {};
  const maxWaitSeconds = input.EnableManagedSpotTraining === true ? (MaxWaitTimeInSeconds ?? maxRuntimeSeconds) : null;
  const failsDuring = failure?.during ?? null;
  return {
    name: input.TrainingJobName,
    arn: arn('training-job', input.TrainingJobName),
    createdAt: now,
    tags: [],
    request,
    timeline: planTraining({ startAt: now, maxRuntimeSeconds, failsDuring, maxWaitSeconds }, settings),
    failureReason: failure?.reason ?? null,
    metrics: finalMetrics(input, settings.finalMetrics),
    ...(maxWaitSeconds !== null && { billableShare: settings.spot.billableShare }),
  };
}
