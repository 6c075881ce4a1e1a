import { troubleDelayMs } from '../../core/backoff.ts';
import { secondLookMs } from '../../core/deadline.ts';
import { outOfTime } from '../../core/decide-endpoint.ts';
import { decideTrouble } from '../../core/decide-trouble.ts';
import type { DeploymentOutcome, DeploymentProgress } from '../../core/deployment.ts';
import { refusalKind } from '../../core/endpoint-failure.ts';
import { SagemakerError } from '../../core/errors.ts';
import { type Missing, missingResource } from '../../core/missing-resource.ts';
import { again, type JobAgain } from '../outcome.ts';
import { Contradiction } from './ask-for-endpoint.ts';
import { seeEndpoint } from './ensure-endpoint-config.ts';
import { failure, type Hand, waitingFor } from './hand.ts';
import { remakeLive } from './remake-live.ts';

export type Met = { kind: 'finish'; outcome: DeploymentOutcome } | { kind: 'wait'; outcome: JobAgain; why: string };

/**
 * A call was refused or lost, or SageMaker contradicts itself: waits, longer each time, makes again what is missing, or ends the
 * deployment with SageMaker's own words. Its time limit holds here as everywhere.
 */
export async function meetTrouble(hand: Hand, error: SagemakerError | Contradiction): Promise<Met> {
  const refusal = error instanceof Contradiction ? error.refusal : error;
  const kind = error instanceof Contradiction ? 'contradiction' : error.kind;
  const why = `${refusal.operation}: ${error.message}`;
  const { services, deployment } = hand;
  const { now, random, settings } = services;
  if (hand.deadline === 'over') {
    const isAsked = deployment.askedAction === 'create' || deployment.askedAction === 'update';
    return outOfTime(deployment, why, isAsked);
  }
  if (hand.deadline === 'look_again') return { kind: 'wait', outcome: again(secondLookMs(settings.endpointPollMs)), why };

  const since = deployment.troubleKind === kind && deployment.troubleSince !== null ? deployment.troubleSince : now();
  const decision = decideTrouble(kind, error.message, now() - since);
  if (decision.kind === 'fail') {
    const failureKind = kind === 'contradiction' ? 'other' : refusalKind(refusal.kind, refusal.message);
    return { kind: 'finish', outcome: failure(`${refusal.operation}: ${decision.failureReason}`, failureKind) };
  }
  const progress: DeploymentProgress = {
    ...(deployment.troubleKind === kind ? {} : { troubleKind: kind, troubleSince: since }),
    ...waitingFor(deployment, 'sagemaker', why, now()),
  };
  const missing = error instanceof SagemakerError ? await whatIsMissing(hand, error) : null;
  const made = missing === null ? null : await makeAgain(hand, missing, progress);
  if (made?.kind === 'never') return { kind: 'finish', outcome: failure(made.why, 'invalid') };
  if (made === null && Object.keys(progress).length > 0)
    await hand.record(progress, `${refusal.operation} waits: ${decision.why}`);
  return { kind: 'wait', outcome: again(troubleDelayMs(now() - since, random), since), why };
}

async function whatIsMissing(hand: Hand, error: SagemakerError): Promise<Missing | null> {
  if (error.resource !== 'model' && error.resource !== 'endpoint_config') return null;
  const endpoint = hand.justSeen === undefined ? await seeEndpoint(hand).catch(nullIfRefused) : hand.justSeen;
  return missingResource(error, hand.deployment, endpoint?.endpointConfigName ?? null);
}

/** What is the deployment's own is made by going back to its step, where "already exists" is adopted: it may just not be visible yet. */
async function makeAgain(
  hand: Hand,
  missing: Missing,
  progress: DeploymentProgress,
): Promise<{ kind: 'made' } | { kind: 'never'; why: string }> {
  if (missing.whose === 'own') {
    const { modelName, endpointConfigName } = hand.deployment;
    const what = missing.what === 'model' ? `the model ${modelName}` : `the endpoint configuration ${endpointConfigName}`;
    await hand.record({ ...progress, step: missing.what }, `SageMaker does not find ${what}: it is looked for, or made again`);
    return { kind: 'made' };
  }
  const refused = await remakeLive(hand, missing);
  if (refused !== null) return { kind: 'never', why: refused };
  const what = missing.what === 'model' ? 'model' : 'endpoint configuration';
  await hand.record(progress, `the ${what} ${missing.name}, which the endpoint is on and somebody deleted, is made again`);
  return { kind: 'made' };
}

function nullIfRefused(error: unknown): null {
  if (error instanceof SagemakerError) return null;
  throw error;
}
