import type { Rollout } from '../../core/deployment/delivery-state.ts';
import { type Endpoint, type EndpointAction, isReturn } from '../../core/deployment/deployment.ts';
import { failure } from '../../core/deployment/outcomes.ts';
import { planRollout, type RolloutPlan } from '../../core/deployment/plan-rollout.ts';
import { waitingFor } from '../../core/deployment/waits.ts';
import { pollDelayMs } from '../../core/retry-delay.ts';
import { deploymentTags } from '../../core/sagemaker/tags.ts';
import { variantNamesOf } from '../../core/deployment/endpoint-config-request.ts';
import { snooze } from '../job-result.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { finish, type StepEnd } from './step-result.ts';

/**
 * Prepares the rollout of the policy, right before the endpoint is changed: what SageMaker is sent is recorded first, and the guard alarms are
 * recorded before they are made, so that whatever dies in between, the sweep of the reconciler removes them. Returns null when the change may
 * be requested; or how the pass ends: an alarm that is in ALARM already would end the rollout at once, so it waits until its time limit.
 *
 * @throws {SageMakerError}
 */
export async function prepareRollout(
  claim: DeploymentClaim,
  { action, endpoint }: { action: EndpointAction; endpoint: Endpoint | null },
): Promise<StepEnd | null> {
  const { ctx, deployment } = claim;
  const rollout = deployment.revert !== null || isReturn(deployment) ? null : (deployment.policy?.rollout ?? null);
  if (rollout === null || action === 'delete') return null;
  const plan = planRollout({
    rollout,
    live: action === 'create' || endpoint === null ? null : liveFleet(endpoint),
    subject: {
      deploymentId: deployment.deploymentId,
      project: claim.run.project,
      endpointName: endpoint?.name ?? deployment.endpointName,
      endpointConfigName: deployment.endpointConfigName ?? '',
      variantName: endpoint?.variantNames[0] ?? variantNamesOf(deployment.endpointConfig)[0] ?? '',
    },
    maxDeploymentWaitMs: ctx.settings.maxDeploymentWaitMs,
  });
  const obstacle = await checkAlarms(
    claim,
    rollout.alarms.filter((name) => plan.alarmNames.includes(name)),
  );
  if (obstacle !== null) return obstacle;
  await recordPlan(claim, plan);
  await makeGuardAlarms(claim, plan);
  return null;
}

const liveFleet = ({ variants }: Endpoint) => ({
  instanceCount: variants[0]?.desiredInstanceCount ?? null,
  isServerless: variants[0] !== undefined && variants[0].desiredInstanceCount === null,
});

async function checkAlarms(claim: DeploymentClaim, names: readonly string[]): Promise<StepEnd | null> {
  const { ctx, deployment, options } = claim;
  if (names.length === 0) return null;
  const found = await ctx.alarms.describeAlarms(names, options);
  const missing = names.filter((name) => !found.some((alarm) => alarm.name === name));
  if (missing.length > 0)
    return finish(
      failure(deployment, `CloudWatch has no alarm ${missing.join(', ')}, which the policy's rollout names`, 'invalid'),
    );
  const alarming = found.filter(({ state }) => state === 'ALARM').map(({ name }) => name);
  if (alarming.length === 0) return null;
  const detail = `${alarming.join(', ')} ${alarming.length === 1 ? 'is' : 'are'} in ALARM, which would end the rollout at once`;
  const progress = waitingFor(deployment, 'alarm', detail, ctx.now());
  if (Object.keys(progress).length > 0) {
    await claim.record(progress, `waits: ${detail}`);
    claim.log.warn(
      { event: 'deployment.alarm_awaited', alarms: alarming },
      'deployment waits: an alarm of its rollout is in ALARM',
    );
  }
  return snooze(pollDelayMs(ctx.settings.endpointPollMs, ctx.random));
}

async function recordPlan(claim: DeploymentClaim, plan: RolloutPlan): Promise<void> {
  const { deployment, ctx } = claim;
  const own = new Set<string>(plan.guardAlarms.map(({ AlarmName }) => AlarmName));
  const rollout: Rollout = {
    strategy: plan.strategy,
    phase: null,
    trafficPercent: null,
    alarms: plan.alarmNames.map((name) => ({ name, isOwn: own.has(name), state: null, alarmedAt: null })),
    deploymentConfig: plan.deploymentConfig,
  };
  // What it waited for until its first rollout takes nothing off the time of that: SageMaker has the whole of it, too.
  const from = deployment.rollout === null ? ctx.now() : (deployment.startedAt ?? ctx.now());
  const deadlineAt = Math.max(deployment.deadlineAt ?? 0, from + plan.deadlineMs);
  await claim.record({ rollout, deadlineAt }, plan.note ?? undefined);
}

async function makeGuardAlarms(
  { ctx, deployment, run, options, log }: DeploymentClaim,
  { guardAlarms }: RolloutPlan,
): Promise<void> {
  if (guardAlarms.length === 0) return;
  const { store } = ctx;
  const { deploymentId, fencingToken } = deployment;
  const names = guardAlarms.map(({ AlarmName }) => AlarmName);
  await store.guardAlarms.record({ deploymentId, names, now: ctx.now() });
  const tags = deploymentTags(run.project, run.trainingJobName);
  try {
    for (const alarm of guardAlarms) await ctx.alarms.putMetricAlarm({ ...alarm }, tags, options);
  } finally {
    // Paused in a call, it may have made one that another worker has removed, and forgotten, meanwhile.
    if (!(await store.deployments.isClaimCurrent({ deploymentId, fencingToken })))
      await store.guardAlarms.record({ deploymentId, names, now: ctx.now() });
  }
  log.info({ event: 'deployment.guard_alarms_made', alarms: names }, 'guard alarms made');
}
