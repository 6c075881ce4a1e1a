/** How long a rollout takes, and whether its alarms can end it (docs/reference/sagemaker-behavior.md#a-rollout-bakes-after-each-shift-of-traffic). */
import type { RolloutPolicy } from './policy.ts';

/** Of DeploymentConfig (docs/reference/sagemaker-behavior.md#deploymentconfig-has-bounds). */
export const rolloutLimits = {
  maxWaitSeconds: 3600,
  minExecutionSeconds: 600,
  maxExecutionSeconds: 28_800,
  maxAlarms: 10,
  maxAlarmName: 255,
} as const;

/** In percent of the variant's instances. All at once has no size. */
export const sizeBounds = {
  canary: { min: 1, max: 50 },
  linear: { min: 10, max: 50 },
  rolling: { min: 5, max: 50 },
} as const satisfies Partial<Record<RolloutPolicy['strategy'], { min: number; max: number }>>;

/** What SageMaker needs of the time limit beside the waits: to launch and to terminate instances. */
export const leastLaunchSeconds = rolloutLimits.minExecutionSeconds;
export const maxWaitsSeconds = rolloutLimits.maxExecutionSeconds - leastLaunchSeconds;

/** SageMaker's metrics are of one minute, and an alarm's period is no shorter. */
export const alarmPeriodSeconds = 60;
/** docs/reference/sagemaker-behavior.md#a-metric-needs-two-minutes-to-reach-its-alarm */
const metricDelaySeconds = 120;
/** The shortest bake in which an alarm can act. */
export const leastBakeSeconds = alarmPeriodSeconds + metricDelaySeconds;
/** One odd minute should end no rollout, where the bake has time for more. */
const maxAlarmPeriods = 3;

type Timed = Pick<RolloutPolicy, 'strategy' | 'sizePercent' | 'bakeSeconds'>;

/**
 * The most that a rollout bakes in all, in seconds: after each shift of traffic or batch and, but for rolling, once before the old fleet
 * is terminated. Whether the last shift has both bakes is not documented.
 */
export function waitsSeconds({ strategy, sizePercent, bakeSeconds }: Timed): number {
  const steps = Math.ceil(100 / (sizePercent ?? 100));
  const bakes = { all_at_once: 1, canary: 3, linear: steps + 1, rolling: steps };
  return bakes[strategy] * bakeSeconds;
}

/** How many periods an alarm looks at, and how many of them have to be bad: as many as one bake has time for, at most 2 of 3. */
export function alarmPeriods(bakeSeconds: number): { evaluated: number; bad: number } {
  const fitting = Math.floor((bakeSeconds - metricDelaySeconds) / alarmPeriodSeconds);
  const evaluated = Math.max(1, Math.min(maxAlarmPeriods, fitting));
  return { evaluated, bad: Math.min(2, evaluated) };
}
