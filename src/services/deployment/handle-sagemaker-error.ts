import { retryDelayMs } from '../../core/retry-delay.ts';
import { confirmationDelayMs } from '../../core/confirm-time-limit.ts';
import { outOfTime } from '../../core/deployment/decide-endpoint.ts';
import { decideRetry } from '../../core/decide-retry.ts';
import type { DeploymentOutcome, DeploymentProgress } from '../../core/deployment/deployment.ts';
import { refusalKind } from '../../core/deployment/endpoint-failure.ts';
import { SageMakerError } from '../../core/errors.ts';
import { type Missing, missingResource } from '../../core/sagemaker/missing-resource.ts';
import { snooze, type Snooze } from '../job-result.ts';
import { Contradiction } from './request-endpoint-change.ts';
import { describeEndpointOrNull } from './steps/endpoint-config.ts';
import { failure, type DeploymentClaim, waitingFor } from './deployment-claim.ts';
import { recreateLive } from './recreate-live.ts';

export type HandledError = { kind: 'finish'; outcome: DeploymentOutcome } | { kind: 'wait'; outcome: Snooze; why: string };

/**
 * A call was refused or lost, or SageMaker contradicts itself: waits, longer each time, makes again what is missing, or ends the
 * deployment with SageMaker's own words. Its time limit holds here as everywhere.
 */
export async function handleSageMakerError(claim: DeploymentClaim, error: SageMakerError | Contradiction): Promise<HandledError> {
  const problem = problemOfQueue(claim, error);
  if (problem.kind !== 'retry') return problem.met;
  const missing = error instanceof SageMakerError ? await whatIsMissing(claim, error) : null;
  if (missing === null) return wait(claim, problem);
  try {
    const never = await recreate(claim, missing, problem.progress);
    return never === null ? waited(claim, problem) : { kind: 'finish', outcome: failure(claim.deployment, never, 'invalid') };
  } catch (refusal) {
    if (!(refusal instanceof SageMakerError)) throw refusal;
    // What keeps it from being made again is the trouble now, with patience of its own.
    const own = problemOfQueue(claim, refusal);
    return own.kind === 'retry' ? wait(claim, own) : own.met;
  }
}

interface Retry {
  kind: 'retry';
  why: string;
  /** What its line in the history says. */
  detail: string;
  since: number;
  progress: DeploymentProgress;
}

/** What the trouble comes to, before anything is done about it. */
function problemOfQueue(
  claim: DeploymentClaim,
  error: SageMakerError | Contradiction,
): Retry | { kind: 'over'; met: HandledError } {
  const refusal = error instanceof Contradiction ? error.refusal : error;
  const kind = error instanceof Contradiction ? 'contradiction' : error.kind;
  const why = `${refusal.operation}: ${error.message}`;
  const { deployment, ctx } = claim;
  const { now, settings } = ctx;
  if (claim.deadline === 'over') return { kind: 'over', met: outOfTime(deployment, why) };
  if (claim.deadline === 'confirm') {
    return { kind: 'over', met: { kind: 'wait', outcome: snooze(confirmationDelayMs(settings.endpointPollMs)), why } };
  }
  const since = deployment.lastErrorKind === kind && deployment.failingSince !== null ? deployment.failingSince : now();
  const decision = decideRetry(kind, error.message, now() - since);
  if (decision.kind === 'fail') {
    const failureKind = kind === 'contradiction' ? 'other' : refusalKind(refusal.kind, refusal.message);
    const outcome = failure(deployment, `${refusal.operation}: ${decision.failureReason}`, failureKind);
    return { kind: 'over', met: { kind: 'finish', outcome } };
  }
  const progress: DeploymentProgress = {
    ...(deployment.lastErrorKind === kind ? {} : { lastErrorKind: kind, failingSince: since }),
    ...waitingFor(deployment, 'sagemaker', why, now()),
  };
  return { kind: 'retry', why, detail: `${refusal.operation} waits: ${decision.why}`, since, progress };
}

async function wait(claim: DeploymentClaim, problem: Retry): Promise<HandledError> {
  if (Object.keys(problem.progress).length > 0) await claim.record(problem.progress, problem.detail);
  return waited(claim, problem);
}

const waited = ({ ctx: { now, random } }: DeploymentClaim, { why, since }: Retry): HandledError => ({
  kind: 'wait',
  outcome: snooze(retryDelayMs(now() - since, random), since),
  why,
});

async function whatIsMissing(claim: DeploymentClaim, error: SageMakerError): Promise<Missing | null> {
  if (error.resource !== 'model' && error.resource !== 'endpoint_config') return null;
  const endpoint =
    claim.observedEndpoint === undefined ? await describeEndpointOrNull(claim).catch(nullIfRefused) : claim.observedEndpoint;
  return missingResource(error, claim.deployment, endpoint?.endpointConfigName ?? null);
}

/**
 * What is the deployment's own is made by going back to its step, where "already exists" is adopted: it may just not be visible yet.
 * Answers why it can't be made again, or null. @throws {SageMakerError} when SageMaker refuses it.
 */
async function recreate(claim: DeploymentClaim, missing: Missing, progress: DeploymentProgress): Promise<string | null> {
  if (missing.whose === 'own') {
    const { modelName, endpointConfigName } = claim.deployment;
    const what = missing.what === 'model' ? `the model ${modelName}` : `the endpoint configuration ${endpointConfigName}`;
    await claim.record({ ...progress, step: missing.what }, `SageMaker does not find ${what}: it is looked for, or made again`);
    return null;
  }
  const never = await recreateLive(claim, missing);
  if (never !== null) return never;
  const what = missing.what === 'model' ? 'model' : 'endpoint configuration';
  await claim.record(progress, `the ${what} ${missing.name}, which the endpoint is on and somebody deleted, is made again`);
  return null;
}

function nullIfRefused(error: unknown): null {
  if (error instanceof SageMakerError) return null;
  throw error;
}
