import type { Rollout } from '../../core/deployment/delivery-state.ts';
import type { Endpoint } from '../../core/deployment/deployment.ts';
import { bakeOf, withAlarms, withEndpoint } from '../../core/deployment/rollout-progress.ts';
import { SageMakerError } from '../../core/errors.ts';
import { changeTiming } from '../../core/timing.ts';
import type { DeploymentClaim } from './deployment-claim.ts';

/**
 * Watches a rollout while SageMaker carries it out: records its phase, its share of the traffic and its alarms; sends the policy's requests in
 * the bakes, without which a canary that gets no traffic always passes; and, where a person has ended the deployment, sets a guard alarm off,
 * which is the only way to end a rollout early. Nothing of this decides how the deployment ends, so that no error of it does.
 */
export async function watchRollout(claim: DeploymentClaim, endpoint: Endpoint | null): Promise<void> {
  const { deployment } = claim;
  const { rollout, revert } = deployment;
  if (rollout === null || revert !== null || endpoint === null) return;
  const shown = withEndpoint(rollout, endpoint);
  const watched = (await readAlarms(claim, shown)) ?? shown;
  const hasChanged = watched.phase !== rollout.phase || watched.trafficPercent !== rollout.trafficPercent;
  if (watched !== rollout) await claim.record({ rollout: watched }, hasChanged ? phaseInWords(watched) : undefined);
  if (deployment.abort !== null) await setOff(claim);
  else if (bakeOf(endpoint) !== null) await sendRequests(claim);
}

const phaseInWords = ({ phase, trafficPercent }: { phase: string | null; trafficPercent: number | null }): string =>
  `rollout: ${phase?.replaceAll('_', ' ')}${trafficPercent === null ? '' : `, ${trafficPercent} % of the traffic`}`;

/**
 * The rollout with the states of its alarms; null where CloudWatch does not show them. After its end, too: SageMaker may not say which of them
 * ended it.
 */
export async function readAlarms(
  { ctx, options, log }: DeploymentClaim,
  rollout: Rollout,
  maxWaitMs: number = changeTiming.tagMs,
): Promise<Rollout | null> {
  if (rollout.alarms.length === 0) return rollout;
  const names = rollout.alarms.map(({ name }) => name);
  try {
    return withAlarms(rollout, await ctx.alarms.describeAlarms(names, { ...options, maxWaitMs }), ctx.now());
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    log.warn({ event: 'deployment.alarms_unread', err: error }, 'alarms of the rollout cannot be read');
    return null;
  }
}

async function setOff({ ctx, deployment, options, log }: DeploymentClaim): Promise<void> {
  const own = deployment.rollout?.alarms.find(({ isOwn }) => isOwn);
  if (own === undefined) return;
  try {
    const reason = 'the deployment is aborted';
    await ctx.alarms.setAlarmState({ name: own.name, state: 'ALARM', reason }, { ...options, maxWaitMs: changeTiming.tagMs });
    log.info({ event: 'deployment.guard_alarm_set_off' }, 'guard alarm set off to end the rollout');
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    log.warn(
      { event: 'deployment.guard_alarm_not_set_off', err: error },
      'guard alarm cannot be set off; the rollout continues to its end',
    );
  }
}

/** As traffic: both fleets respond, so that no single response tells which one did. */
async function sendRequests({ ctx, deployment, options, log }: DeploymentClaim): Promise<void> {
  const { policy, endpointName } = deployment;
  for (const { body, contentType } of policy?.verify?.requests ?? []) {
    try {
      const maxWaitMs = changeTiming.callMs;
      await ctx.invocations.invokeEndpoint({ endpointName, body, contentType, timeoutMs: maxWaitMs }, { ...options, maxWaitMs });
    } catch (error) {
      if (!(error instanceof SageMakerError)) throw error;
      log.debug({ event: 'deployment.bake_request_failed', err: error }, 'request during the bake failed');
    }
  }
}
