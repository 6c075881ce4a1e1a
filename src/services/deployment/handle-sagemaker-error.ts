import { troubleDelayMs } from '../../core/retry-delay.ts';
import { secondLookMs } from '../../core/confirm-time-limit.ts';
import { outOfTime } from '../../core/deployment/decide-endpoint.ts';
import { decideTrouble } from '../../core/decide-retry.ts';
import type { DeploymentOutcome, DeploymentProgress } from '../../core/deployment/deployment.ts';
import { refusalKind } from '../../core/deployment/endpoint-failure.ts';
import { SagemakerError } from '../../core/errors.ts';
import { type Missing, missingResource } from '../../core/sagemaker/missing-resource.ts';
import { again, type JobAgain } from '../job-result.ts';
import { Contradiction } from './request-endpoint-change.ts';
import { seeEndpoint } from './steps/endpoint-config.ts';
import { failure, type Hand, waitingFor } from './deployment-claim.ts';
import { remakeLive } from './recreate-live.ts';

export type Met = { kind: 'finish'; outcome: DeploymentOutcome } | { kind: 'wait'; outcome: JobAgain; why: string };

/**
 * A call was refused or lost, or SageMaker contradicts itself: waits, longer each time, makes again what is missing, or ends the
 * deployment with SageMaker's own words. Its time limit holds here as everywhere.
 */
export async function meetTrouble(hand: Hand, error: SagemakerError | Contradiction): Promise<Met> {
  const trouble = troubleOf(hand, error);
  if (trouble.kind !== 'retry') return trouble.met;
  const missing = error instanceof SagemakerError ? await whatIsMissing(hand, error) : null;
  if (missing === null) return wait(hand, trouble);
  try {
    const never = await makeAgain(hand, missing, trouble.progress);
    return never === null ? waited(hand, trouble) : { kind: 'finish', outcome: failure(hand.deployment, never, 'invalid') };
  } catch (refusal) {
    if (!(refusal instanceof SagemakerError)) throw refusal;
    // What keeps it from being made again is the trouble now, with patience of its own.
    const own = troubleOf(hand, refusal);
    return own.kind === 'retry' ? wait(hand, own) : own.met;
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
function troubleOf(hand: Hand, error: SagemakerError | Contradiction): Retry | { kind: 'over'; met: Met } {
  const refusal = error instanceof Contradiction ? error.refusal : error;
  const kind = error instanceof Contradiction ? 'contradiction' : error.kind;
  const why = `${refusal.operation}: ${error.message}`;
  const { deployment, services } = hand;
  const { now, settings } = services;
  if (hand.deadline === 'over') return { kind: 'over', met: outOfTime(deployment, why) };
  if (hand.deadline === 'look_again') {
    return { kind: 'over', met: { kind: 'wait', outcome: again(secondLookMs(settings.endpointPollMs)), why } };
  }
  const since = deployment.troubleKind === kind && deployment.troubleSince !== null ? deployment.troubleSince : now();
  const decision = decideTrouble(kind, error.message, now() - since);
  if (decision.kind === 'fail') {
    const failureKind = kind === 'contradiction' ? 'other' : refusalKind(refusal.kind, refusal.message);
    const outcome = failure(deployment, `${refusal.operation}: ${decision.failureReason}`, failureKind);
    return { kind: 'over', met: { kind: 'finish', outcome } };
  }
  const progress: DeploymentProgress = {
    ...(deployment.troubleKind === kind ? {} : { troubleKind: kind, troubleSince: since }),
    ...waitingFor(deployment, 'sagemaker', why, now()),
  };
  return { kind: 'retry', why, detail: `${refusal.operation} waits: ${decision.why}`, since, progress };
}

async function wait(hand: Hand, trouble: Retry): Promise<Met> {
  if (Object.keys(trouble.progress).length > 0) await hand.record(trouble.progress, trouble.detail);
  return waited(hand, trouble);
}

const waited = ({ services: { now, random } }: Hand, { why, since }: Retry): Met => ({
  kind: 'wait',
  outcome: again(troubleDelayMs(now() - since, random), since),
  why,
});

async function whatIsMissing(hand: Hand, error: SagemakerError): Promise<Missing | null> {
  if (error.resource !== 'model' && error.resource !== 'endpoint_config') return null;
  const endpoint = hand.justSeen === undefined ? await seeEndpoint(hand).catch(nullIfRefused) : hand.justSeen;
  return missingResource(error, hand.deployment, endpoint?.endpointConfigName ?? null);
}

/**
 * What is the deployment's own is made by going back to its step, where "already exists" is adopted: it may just not be visible yet.
 * Answers why it can't be made again, or null. @throws {SagemakerError} when SageMaker refuses it.
 */
async function makeAgain(hand: Hand, missing: Missing, progress: DeploymentProgress): Promise<string | null> {
  if (missing.whose === 'own') {
    const { modelName, endpointConfigName } = hand.deployment;
    const what = missing.what === 'model' ? `the model ${modelName}` : `the endpoint configuration ${endpointConfigName}`;
    await hand.record({ ...progress, step: missing.what }, `SageMaker does not find ${what}: it is looked for, or made again`);
    return null;
  }
  const never = await remakeLive(hand, missing);
  if (never !== null) return never;
  const what = missing.what === 'model' ? 'model' : 'endpoint configuration';
  await hand.record(progress, `the ${what} ${missing.name}, which the endpoint is on and somebody deleted, is made again`);
  return null;
}

function nullIfRefused(error: unknown): null {
  if (error instanceof SagemakerError) return null;
  throw error;
}
