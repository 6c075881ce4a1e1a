import type { Settings } from '../settings.ts';
import type { SecondaryStatus, TrainingPhase } from '../state/records.ts';
import { begun } from '../state/timeline.ts';

export const phase = (status: SecondaryStatus, startAt: number): TrainingPhase => ({ status, startAt });

/** The phases of a training that nothing interrupts, in SageMaker's order. */
export const workingPhases = ['Starting', 'Pending', 'Downloading', 'Training', 'Uploading'] as const;
export type WorkingPhase = (typeof workingPhases)[number];

interface Training {
  startAt: number;
  maxRuntimeSeconds: number;
  /** The phase at whose end the training fails; null lets it complete. */
  failsDuring: WorkingPhase | null;
  /** Of managed spot training; null for any other. */
  maxWaitSeconds: number | null;
}

/** When each status of a training will begin, to the end. */
export function planTraining(
  { startAt, maxRuntimeSeconds, failsDuring, maxWaitSeconds }: Training,
  settings: Settings,
): TrainingPhase[] {
  const timeline: TrainingPhase[] = [];
  const { trainingShares: shares, spot, stopSeconds } = settings;
  const whole = workingPhases.reduce((sum, status) => sum + shares[status], 0) || 1;
  let at = startAt;
  for (const status of workingPhases) {
    // Only Pending is no part of every training.
    if (status !== 'Pending' || shares[status] > 0 || failsDuring === status) timeline.push(phase(status, at));
    at += Math.round((settings.trainingSeconds * 1000 * shares[status]) / whole);
    if (status === 'Starting' && maxWaitSeconds !== null) at += spot.waitSeconds * 1000;
    if (status === failsDuring) break;
  }
  timeline.push(phase(failsDuring === null ? 'Completed' : 'Failed', at));
  if (maxWaitSeconds === null) return withinRuntime(timeline, maxRuntimeSeconds, stopSeconds);
  const interrupted = withInterruptions(timeline, spot);
  return withinWait(withinRuntime(interrupted, maxRuntimeSeconds, stopSeconds), startAt + maxWaitSeconds * 1000, stopSeconds);
}

/** Spread evenly over the time in Training. */
function withInterruptions(timeline: TrainingPhase[], { interruptions, interruptedSeconds }: Settings['spot']): TrainingPhase[] {
  const index = timeline.findIndex(({ status }) => status === 'Training');
  const [training, next] = [timeline[index], timeline[index + 1]];
  if (!training || !next) return timeline;
  const part = (next.startAt - training.startAt) / (interruptions + 1);
  let planned = timeline;
  for (let count = 1; count <= interruptions; count += 1) {
    const at = training.startAt + Math.round(part * count) + (count - 1) * interruptedSeconds * 1000;
    planned = interruptAt(planned, at, interruptedSeconds);
  }
  return planned;
}

/**
 * SageMaker takes the instances away and restarts the training on others: `Interrupted → Starting → Downloading → Training`. What was
 * planned after that comes later by the time without instances; the checkpoint has kept the work.
 */
export function interruptAt(timeline: TrainingPhase[], at: number, interruptedSeconds: number): TrainingPhase[] {
  const lateMs = interruptedSeconds * 1000;
  const resumeAt = at + lateMs;
  const past = begun(timeline, at);
  const later = timeline.filter(({ startAt }) => startAt > at).map(({ status, startAt }) => phase(status, startAt + lateMs));
  const restarted = (['Starting', 'Downloading', 'Training'] as const).filter(
    (status) => !later.some((one) => one.status === status),
  );
  return [...past, phase('Interrupted', at), ...restarted.map((status) => phase(status, resumeAt)), ...later];
}

/** MaxRuntimeInSeconds counts from the start on the training instances; past it the job is stopped, and ends as Stopped. */
function withinRuntime(timeline: TrainingPhase[], maxRuntimeSeconds: number, stopSeconds: number): TrainingPhase[] {
  const startedAt = timeline.find(({ status }) => status === 'Downloading')?.startAt;
  const endsAt = timeline.at(-1)?.startAt;
  if (startedAt === undefined || endsAt === undefined) return timeline;
  const cutAt = startedAt + (maxRuntimeSeconds + secondsInterrupted(timeline)) * 1000;
  if (endsAt <= cutAt) return timeline;
  const kept = timeline.filter(({ startAt }) => startAt < cutAt);
  return [...kept, phase('Stopping', cutAt), phase('MaxRuntimeExceeded', cutAt + stopSeconds * 1000)];
}

/** A training runs only while it has instances. */
const secondsInterrupted = (timeline: TrainingPhase[]): number =>
  timeline.reduce((sum, { status, startAt }, index) => {
    const until = timeline[index + 1]?.startAt ?? startAt;
    return status === 'Interrupted' ? sum + (until - startAt) / 1000 : sum;
  }, 0);

/** MaxWaitTimeInSeconds counts from the creation, with all waiting for instances; past it the job ends as Stopped. */
export function withinWait(timeline: TrainingPhase[], cutAt: number, stopSeconds: number): TrainingPhase[] {
  const endsAt = timeline.at(-1)?.startAt;
  if (endsAt === undefined || endsAt <= cutAt) return timeline;
  const kept = timeline.filter(({ startAt }) => startAt < cutAt);
  const last = kept.at(-1)?.status;
  if (last === 'Starting' || last === 'Pending' || last === 'Interrupted') return [...kept, phase('MaxWaitTimeExceeded', cutAt)];
  const stopping = last === 'Stopping' ? [] : [phase('Stopping', cutAt)];
  return [...kept, ...stopping, phase('MaxWaitTimeExceeded', cutAt + stopSeconds * 1000)];
}
