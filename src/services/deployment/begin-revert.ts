import type { FailureKind } from '../../core/failure-kind.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { snooze } from '../job-result.ts';
import type { StepEnd } from './step-result.ts';

/**
 * Turns the deployment back: from now on it brings its endpoint to the configuration from before. The worker that continues it, after a
 * crash as well, continues on the way back.
 */
export async function beginRevert(
  claim: DeploymentClaim,
  { to, reason, failureKind }: { to: string; reason: string; failureKind: FailureKind },
): Promise<StepEnd> {
  const { ctx, log } = claim;
  const now = ctx.now();
  await claim.record(
    {
      step: 'revert',
      revert: { to, reason, failureKind, since: now },
      endpointChange: null,
      retryAt: null,
      failureReason: null,
      deadlineAt: now + ctx.settings.maxDeploymentWaitMs,
    },
    `back to ${to}: ${reason}`,
  );
  log.warn({ event: 'deployment.revert_started', to, reason }, 'endpoint is brought back to what served before');
  return snooze(0);
}
