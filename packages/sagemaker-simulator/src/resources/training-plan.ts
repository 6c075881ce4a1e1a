import type { Settings } from '../settings.ts';
import type { SecondaryStatus, TrainingPhase } from '../state/records.ts';

export const phase = (status: SecondaryStatus, startAt: number): TrainingPhase => ({ status, startAt });

/** The phases of a training that nothing interrupts, in SageMaker's order. */
export const workingPhases = ['Starting', 'Pending', 'Downloading', 'Training', 'Uploading'] as const;
export type WorkingPhase = (typeof workingPhases)[number];

interface Training {
  startAt: number;
  maxRuntimeSeconds: number;
  /** The phase at whose end the training fails; null lets it complete. */
  failsDuring: WorkingPhase | null;
}

/** When each status of a training will begin, to the end. */
export function planTraining({ startAt, maxRuntimeSeconds, failsDuring }: Training, settings: Settings): TrainingPhase[] {
  const timeline: TrainingPhase[] = [];
  const { trainingShares: shares } = settings;
  const whole = workingPhases.reduce((sum, status) => sum + shares[status], 0) || 1;
  let at = startAt;
  for (const status of workingPhases) {
    // Only Pending is no part of every training.
    if (status !== 'Pending' || shares[status] > 0 || failsDuring === status) timeline.push(phase(status, at));
    at += Math.round((settings.trainingSeconds * 1000 * shares[status]) / whole);
    if (status === failsDuring) break;
  }
  timeline.push(phase(failsDuring === null ? 'Completed' : 'Failed', at));
  return withinRuntime(timeline, maxRuntimeSeconds, settings.stopSeconds);
}

/** MaxRuntimeInSeconds counts from the start on the training instances; past it the job is stopped, and ends as Stopped. */
function withinRuntime(timeline: TrainingPhase[], maxRuntimeSeconds: number, stopSeconds: number): TrainingPhase[] {
  const startedAt = timeline.find(({ status }) => status === 'Downloading')?.startAt;
  const endsAt = timeline.at(-1)?.startAt;
  if (startedAt === undefined || endsAt === undefined) return timeline;
  const cutAt = startedAt + maxRuntimeSeconds * 1000;
  if (endsAt <= cutAt) return timeline;
  const kept = timeline.filter(({ startAt }) => startAt < cutAt);
  return [...kept, phase('Stopping', cutAt), phase('MaxRuntimeExceeded', cutAt + stopSeconds * 1000)];
}
