import { confirmationDelayMs } from '../../core/confirm-time-limit.ts';
import { decideError, type ErrorDecision } from '../../core/deployment/decide-error.ts';
import { failure } from '../../core/deployment/outcomes.ts';
import { SageMakerError } from '../../core/errors.ts';
import { type Missing, missingOnWayBack, missingResource } from '../../core/sagemaker/missing-resource.ts';
import { retryDelayMs } from '../../core/retry-delay.ts';
import { snooze } from '../job-result.ts';
import { ContradictionError } from './contradiction-error.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { recreateMissing } from './recreate-missing.ts';
import { finish, type StepEnd } from './step-result.ts';

/**
 * Snoozes after a call that SageMaker refused or did not respond to, longer each time; recreates what SageMaker does not find; or ends
 * the deployment with SageMaker's own words. @throws every other error.
 */
export async function handleSageMakerError(claim: DeploymentClaim, error: unknown): Promise<StepEnd> {
  const { waitsForDetail } = claim.deployment;
  const decision = decide(claim, error);
  const missing = decision.kind === 'retry' ? await findMissing(claim, error) : null;
  if (decision.kind !== 'retry' || missing === null) return applyErrorDecision(claim, { decision, error });
  try {
    const obstacle = await recreateMissing(claim, { missing, progress: decision.progress });
    if (obstacle !== null) return finish(failure(claim.deployment, obstacle, 'invalid'));
  } catch (refusal) {
    // The deployment retries the refusal now, within a retry budget of its own.
    return applyErrorDecision(claim, { decision: decide(claim, refusal), error: refusal });
  }
  return waitToRetry(claim, { decision, error, isNew: waitsForDetail !== decision.reason });
}

function decide({ ctx, deployment, deadline }: DeploymentClaim, error: unknown): ErrorDecision {
  const isContradiction = error instanceof ContradictionError;
  if (!isContradiction && !(error instanceof SageMakerError)) throw error;
  const { kind, operation } = isContradiction ? { kind: 'contradiction' as const, operation: error.refusal.operation } : error;
  return decideError(deployment, { kind, operation, message: error.message }, deadline, ctx.now());
}

async function applyErrorDecision(
  claim: DeploymentClaim,
  { decision, error }: { decision: ErrorDecision; error: unknown },
): Promise<StepEnd> {
  if (decision.kind === 'finish') return decision;
  const isNew = claim.deployment.waitsForDetail !== decision.reason;
  if (decision.kind === 'retry' && Object.keys(decision.progress).length > 0) {
    await claim.record(decision.progress, decision.detail);
  }
  return waitToRetry(claim, { decision, error, isNew });
}

/** `isNew`: logged once, not at each retry. */
function waitToRetry(
  { ctx: { settings, now, random }, log }: DeploymentClaim,
  { decision, error, isNew }: { decision: Exclude<ErrorDecision, { kind: 'finish' }>; error: unknown; isNew: boolean },
): StepEnd {
  const end =
    decision.kind === 'retry'
      ? snooze(retryDelayMs(now() - decision.failingSince, random), decision.failingSince)
      : snooze(confirmationDelayMs(settings.endpointPollMs));
  log[isNew ? 'warn' : 'debug'](
    { event: 'deployment.retrying', err: error, reason: decision.reason, next_observation_ms: end.delayMs },
    'deployment step failed; retrying',
  );
  return end;
}

async function findMissing(claim: DeploymentClaim, error: unknown): Promise<Missing | null> {
  if (!(error instanceof SageMakerError)) return null;
  if (error.resource !== 'model' && error.resource !== 'endpoint_config') return null;
  const { revert } = claim.deployment;
  if (revert !== null) return missingOnWayBack(error, revert.to);
  const endpoint = await claim.observeEndpoint().catch(nullIfRefused);
  return missingResource(error, claim.deployment, endpoint?.endpointConfigName ?? null);
}

function nullIfRefused(error: unknown): null {
  if (error instanceof SageMakerError) return null;
  throw error;
}
