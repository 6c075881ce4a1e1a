import { randomUUID } from 'node:crypto';
import { policyFor } from '../../core/delivery/delivery-file.ts';
import type { Deployment } from '../../core/deployment/deployment.ts';
import { ServiceError } from '../../core/errors.ts';
import type { ServiceContext } from '../context.ts';
import { deploymentFields } from '../deployment/log-fields.ts';
import { onceChanged } from '../once-changed.ts';
import { keyTaken, requestKeyOf } from '../request-key.ts';
import { enqueueNext } from './decide-deployment.ts';
import { knownEndpoint } from './known-endpoint.ts';
import { learnIfPossible } from './learn-endpoint.ts';
import { writeTagsNow } from './write-tags-now.ts';

interface RollBackInput {
  endpointName: string;
  /** A training job's name or a deployment's id; null for what was live before. */
  to: string | null;
  /** The name of the caller's key. */
  by: string | null;
  reason: string;
  /** Whether the endpoint is held as well, so that the next training does not undo it. */
  hold: boolean;
  /** The caller's name for this request: repeated, it goes back no further, and returns the same deployment. */
  idempotencyKey?: string | null;
}

/**
 * Returns an endpoint to what was live on it before: queues that deployment, all at once and without gate or approval, and turns down what
 * is live and what waits for a training from before. A deployment that is in progress is aborted. While the same rollback is on its way, it
 * returns that one.
 *
 * @throws {ServiceError} `not_found`, `nothing_to_roll_back_to`, `artifact_missing`, `deployment_in_progress`, `idempotency_conflict`.
 */
export async function rollBackEndpoint(
  ctx: ServiceContext,
  { endpointName: name, idempotencyKey, ...input }: RollBackInput,
): Promise<Deployment> {
  const { store, settings, now, log } = ctx;
  const endpointName = await knownEndpoint(ctx, { endpointName: name });
  await learnIfPossible(ctx, { endpointName });
  const live = await store.deployments.findLive(endpointName);
  const { to, reason: why, hold } = input;
  const says = { verb: 'rollback', endpointName: endpointName.toLowerCase(), to, reason: why, hold };
  const requestKey = requestKeyOf(idempotencyKey, says);
  const result = await store.delivery.rollBack({
    endpointName,
    deploymentId: randomUUID(),
    ...input,
    policy: policyFor(settings.delivery, endpointName),
    requestKey,
    now: now(),
  });
  switch (result.kind) {
    case 'key_taken':
      throw keyTaken();
    case 'repeated':
      // The process that recorded it may have died before the queue heard of it.
      if (result.deployment.finishedAt === null) await enqueueNext(ctx, [result.deployment]);
      return result.deployment;
    case 'existing':
      return result.deployment;
    case 'nothing_to_roll_back_to':
      throw new ServiceError(
        'nothing_to_roll_back_to',
        input.to === null
          ? `Nothing was live on ${endpointName} before that could serve again`
          : whyNotTo(input.to, endpointName, live),
      );
    case 'artifact_missing':
      throw new ServiceError(
        'artifact_missing',
        `The model artifact of ${result.target.trainingJobName} is gone; a later deployment of it has failed because of that`,
      );
    case 'busy':
      throw new ServiceError(
        'deployment_in_progress',
        `The deployment ${result.deployment.deploymentId} of ${result.deployment.trainingJobName} is ${result.deployment.status}`,
      );
    case 'created': {
      const { deployment, rejected, next } = result;
      const { by, reason, hold: held } = input;
      const fields = { ...deploymentFields(deployment), by, reason, held, from: live?.trainingJobName ?? null };
      log.info({ event: 'endpoint.rollback_requested', ...fields }, 'endpoint rollback requested');
      await onceChanged('The rollback is recorded, and a worker carries it out', async () => {
        // The one in progress turns back first.
        await enqueueNext(ctx, [deployment, next, await store.deployments.findInProgress(endpointName)]);
        const turnedDown = [live, ...rejected].filter((one) => one !== null).map((one) => one.trainingJobName);
        await writeTagsNow(ctx, { endpointName, trainingJobNames: turnedDown });
      });
      return deployment;
    }
  }
}

const whyNotTo = (to: string, endpointName: string, live: Deployment | null): string =>
  to === live?.trainingJobName || to === live?.deploymentId
    ? `${to} is live on ${endpointName}; what is in progress there ends by POST /deployments/{deployment_id}/abort`
    : `${to} is not among what was live on ${endpointName} before, which GET /endpoints/${endpointName} lists as former`;
