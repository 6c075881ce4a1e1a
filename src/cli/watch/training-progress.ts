import type { TrainingRunBody } from '../../api/schemas/training-run.ts';

/** SageMaker's phases of a training that went well, as they are shown. */
export const phases = ['Starting', 'Downloading', 'Training', 'Uploading'] as const;
export type Phase = (typeof phases)[number];

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SecondaryStatusTransition.html; null for one that is none of them. */
export function phaseOf(secondaryStatus: string | null): Phase | null {
  switch (secondaryStatus) {
    case 'Starting':
    case 'Pending':
    case 'LaunchingMLInstances':
    case 'PreparingTrainingStack':
    case 'PreparingTraining':
      return 'Starting';
    case 'Downloading':
    case 'DownloadingTrainingImage':
      return 'Downloading';
    case 'Training':
      return 'Training';
    case 'Uploading':
      return 'Uploading';
    default:
      return null;
  }
}

/** Within which part of the bar a phase is, whatever the clock says. */
const bounds: Record<Phase, readonly [from: number, to: number]> = {
  Starting: [0.02, 0.4],
  Downloading: [0.05, 0.5],
  Training: [0.1, 0.95],
  Uploading: [0.85, 0.99],
};

/** Without an expectation the phase alone says how far it is. */
const typical: Record<Phase, number> = { Starting: 0.05, Downloading: 0.15, Training: 0.5, Uploading: 0.9 };

/**
 * How much of a training is done, from 0 to less than 1. It follows the clock up to nine tenths of what former trainings took; a training
 * that takes longer comes closer to the end without reaching it.
 */
export function trainingFraction({
  phase,
  elapsedMs,
  expectedMs,
}: {
  phase: Phase | null;
  elapsedMs: number;
  expectedMs: number | null;
}): number {
  if (expectedMs === null || expectedMs <= 0) return phase === null ? 0 : typical[phase];
  const share = Math.max(0, elapsedMs) / expectedMs;
  const byClock = share <= 0.9 ? share : 1 - 0.1 * Math.exp(-(share - 0.9) * 3);
  const [from, to] = phase === null ? [0, 0.95] : bounds[phase];
  return Math.min(to, Math.max(from, byClock));
}

/** How long former trainings of the endpoint took, as their median, in milliseconds; null where there is none. */
export function expectedTrainingMs(
  former: readonly Pick<TrainingRunBody, 'status' | 'created_at' | 'finished_at'>[],
): number | null {
  const durations = former
    .filter(({ status, finished_at: finishedAt }) => status === 'completed' && finishedAt !== null)
    .map(({ created_at: from, finished_at: to }) => Date.parse(to ?? '') - Date.parse(from))
    .filter((ms) => ms > 0)
    .toSorted((a, b) => a - b);
  return durations[Math.floor(durations.length / 2)] ?? null;
}
