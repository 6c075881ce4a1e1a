import type { Settings } from '../settings.ts';
import type { EndpointPhase, LiveVariant, PendingFleet, RolloutRecord } from '../state/records.ts';
import type { Strategy } from './deployment-config.ts';
import { type RolloutStage, stagesOf, terminating } from './rollout-stages.ts';

export interface Rollout {
  strategy: Strategy;
  /** The endpoint before it. */
  before: EndpointPhase;
  pending: PendingFleet;
  record: RolloutRecord;
  settings: Settings;
  /** New instances do not pass the health check, after so many batches that have; null when all do. */
  failure: { afterBatches: number; reason: string | null } | null;
  /** It never comes up. */
  stalls: boolean;
}

/** An update without an own limit that never comes to an end is ended by SageMaker, at the latest after its longest time-out. */
const longestTimeoutSeconds = 28_800;

/** One stage of an update, from its instant on. */
const phaseAt = (updating: EndpointPhase, pending: PendingFleet, stage: RolloutStage, startAt: number): EndpointPhase => ({
  ...updating,
  startAt,
  modifiedAt: updating.startAt,
  variants: stage.blue.map((variant) => begunAt(variant, startAt)),
  pending: { ...pending, variants: stage.green.map((variant) => begunAt(variant, startAt)), share: stage.share },
});

const begunAt = (variant: LiveVariant, startAt: number): LiveVariant =>
  variant.stages === undefined ? variant : { ...variant, stages: variant.stages.map((stage) => ({ ...stage, startAt })) };

/**
 * The phases of an update in time, and how it ends: with `succeeded`, or back on the old fleet. Waits are scaled by `waitScale`, the
 * work takes `endpointUpdateSeconds`; the time-out compares both as they would be without a scale.
 */
export function planRollout(rollout: Rollout, updating: EndpointPhase, succeeded: EndpointPhase): EndpointPhase[] {
  const { strategy, before, pending, record, settings, failure } = rollout;
  const { endpointUpdateSeconds, waitScale, bakesWithoutAlarms } = settings;
  const waits = record.alarmNames.length > 0 || bakesWithoutAlarms;
  const stages = stagesOf(waits ? strategy : { ...strategy, waitSeconds: 0 }, before.variants, pending.variants);
  const limit = strategy.timeoutSeconds ?? Infinity;
  const phases: EndpointPhase[] = [];
  let at = updating.startAt;
  let seconds = 0;
  let launches = 0;
  for (const stage of stages) {
    const phase = phaseAt(updating, pending, stage, at);
    phases.push(phase);
    if (rollout.stalls) {
      const left = Math.min(limit, longestTimeoutSeconds);
      return [...phases, ...rollBack(phase, record, at + left * waitScale * 1000, record.reason)];
    }
    const workSeconds = stage.work * endpointUpdateSeconds;
    const takes = workSeconds + stage.waitSeconds;
    const ms = (workSeconds + stage.waitSeconds * waitScale) * 1000;
    if (seconds + takes > limit) {
      const reached = at + (ms * (limit - seconds)) / takes;
      return [...phases, ...rollBack(phase, record, reached, record.reason)];
    }
    at += ms;
    seconds += takes;
    if (!stage.isLaunch) continue;
    if (failure !== null && launches >= failure.afterBatches) return [...phases, ...rollBack(phase, record, at, failure.reason)];
    launches += 1;
  }
  return [...phases, { ...succeeded, startAt: at }];
}

/**
 * All traffic back on the old fleet, from an instant in a phase of the update on. What a rolling update has terminated is launched again
 * first, at once and not in batches. Then the endpoint is InService on the old configuration; or the rollback fails, too, and the
 * endpoint serves a mix (docs/reference/sagemaker-behavior.md#endpoint-statuses).
 */
export function rollBack(
  phase: EndpointPhase,
  { before, workMs, isRolling, rollbackFailure }: RolloutRecord,
  at: number,
  reason: string | null,
): EndpointPhase[] {
  const phases: EndpointPhase[] = [];
  const common = { ...phase, effect: null };
  const missing = before.variants.map(
    ({ instanceCount }, index) => (instanceCount ?? 0) - (phase.variants[index]?.instanceCount ?? 0),
  );
  let startAt = at;
  if (isRolling && missing.some((count) => count > 0)) {
    const variants = phase.variants.map((variant, index) => ({
      ...variant,
      stages: [{ status: 'Updating' as const, message: `Launching ${missing[index]} instance(s).`, startAt }],
    }));
    phases.push({ ...common, startAt, variants, pending: withoutStages(phase.pending) });
    startAt += 0.8 * workMs;
  }
  if (rollbackFailure !== null) {
    const failed = { status: 'UpdateRollbackFailed', failureReason: rollbackFailure, modifiedAt: undefined } as const;
    const variants = phase.variants.map((variant) => ({ ...variant, stages: undefined }));
    phases.push({ ...common, ...failed, startAt, variants, pending: withoutStages(phase.pending), effect: 'endpoint_failed' });
    return phases;
  }
  const green = (phase.pending?.variants ?? []).map((variant) => ({
    ...variant,
    weight: 0,
    instanceCount: variant.instanceCount === null ? null : 0,
    stages: [{ ...terminating(variant.running ?? variant.desiredInstanceCount), startAt }],
  }));
  const pending = phase.pending === null ? null : { ...phase.pending, variants: green, share: 0 };
  phases.push({ ...common, startAt, variants: before.variants, pending });
  phases.push({
    ...before,
    status: 'InService',
    startAt: startAt + 0.2 * workMs,
    modifiedAt: undefined,
    failureReason: reason,
    lastDeploymentConfig: phase.lastDeploymentConfig,
    pending: null,
    effect: 'endpoint_rolled_back',
  });
  return phases;
}

const withoutStages = (pending: PendingFleet | null): PendingFleet | null =>
  pending === null ? null : { ...pending, variants: pending.variants.map((variant) => ({ ...variant, stages: undefined })) };
