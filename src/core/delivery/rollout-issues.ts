import type { ShapeIssue } from '../shapes/issue.ts';
import { readPolicy, type WrittenPolicy } from './read-policy.ts';
import { leastLaunchSeconds, maxWaitsSeconds, rolloutLimits, sizeBounds, waitsSeconds } from './rollout-timing.ts';

/** What a rollout cannot be, whatever its endpoint is. */
export function rolloutIssues(written: WrittenPolicy): ShapeIssue[] {
  const { rollout } = readPolicy(written);
  if (rollout === null) return [];
  const { strategy, sizePercent, bakeSeconds, alarms, guard } = rollout;
  const issues: ShapeIssue[] = [];
  const add = (member: string, detail: string): number => issues.push({ field: `.rollout.${member}`, detail });
  if (strategy !== 'all_at_once' && sizePercent !== null) {
    const { min, max } = sizeBounds[strategy];
    if (sizePercent < min || sizePercent > max) add('size_percent', `must be from ${min} to ${max} for ${strategy}`);
  }
  const waits = waitsSeconds(rollout);
  if (waits > maxWaitsSeconds)
    add(
      'bake_seconds',
      `comes to ${waits} s of bakes in all, and SageMaker ends an update after ${rolloutLimits.maxExecutionSeconds} s, of which ${leastLaunchSeconds} s are for the launch of instances; write a shorter bake or a larger size_percent`,
    );
  if (guard !== null && guard.maxErrorRate === null && guard.maxLatencyMs === null)
    add('guard', 'must have max_error_rate, max_latency_ms or both');
  const own = guard === null ? 0 : [guard.maxErrorRate, guard.maxLatencyMs].filter((one) => one !== null).length;
  if (alarms.length + own > rolloutLimits.maxAlarms)
    add(
      'alarms',
      `must have at most ${rolloutLimits.maxAlarms - own} entries: SageMaker takes ${rolloutLimits.maxAlarms} alarms, and guard has ${own}`,
    );
  const twice = alarms.findIndex((name, index) => alarms.indexOf(name) < index);
  if (twice >= 0) add(`alarms[${twice}]`, 'stands twice');
  if ((alarms.length > 0 || own > 0) && bakeSeconds === 0)
    add('bake_seconds', `must be above 0 with ${own > 0 ? 'guard' : 'alarms'}: alarms end a rollout only while it bakes`);
  return issues;
}
