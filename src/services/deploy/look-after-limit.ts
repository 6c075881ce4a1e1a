import { jitteredIntervalMs, troubleDelayMs } from '../../core/backoff.ts';
import { decideAfterLimit } from '../../core/decide-after-limit.ts';
import type { Deployment, Endpoint } from '../../core/deployment.ts';
import { SagemakerError } from '../../core/errors.ts';
import { enqueueDeploy } from '../enqueue.ts';
import { again, done, type JobOutcome } from '../outcome.ts';
import type { Services } from '../ports.ts';
import { seeEndpoint } from './ensure-endpoint-config.ts';

/**
 * Looks at the endpoint of a deployment that its time limit ended while SageMaker was still at work: what goes live all the same is
 * recorded as deployed. It changes nothing at SageMaker, so it needs no fence.
 */
export async function lookAfterLimit(
  services: Services,
  deployment: Deployment,
  { signal }: { signal?: AbortSignal },
): Promise<JobOutcome> {
  const { store, settings, now, random, log } = services;
  const nextLookMs = jitteredIntervalMs(settings.endpointPollMs, random);
  // What is under way now decides what becomes of the endpoint.
  if ((await store.deploymentUnderWay(deployment.endpointName)) !== null) return again(nextLookMs);
  let endpoint: Endpoint | null;
  try {
    endpoint = await seeEndpoint({ services, deployment, options: { signal, maxWaitMs: 10_000 } });
  } catch (error) {
    if (!(error instanceof SagemakerError)) throw error;
    return again(Math.max(nextLookMs, troubleDelayMs(Math.abs(now() - (deployment.unsettledSince ?? now())), random)));
  }
  const decision = decideAfterLimit(deployment, endpoint, now());
  const fields = { training_job_name: deployment.trainingJobName, deployment_id: deployment.deploymentId };
  switch (decision.kind) {
    case 'wait':
      return again(nextLookMs);
    case 'settled':
      await store.settleDeployment(deployment.deploymentId);
      return done;
    case 'live': {
      const revived = await store.reviveDeployment(deployment.deploymentId, decision.inServiceAt, now());
      if (revived === null) return again(nextLookMs);
      log.info({ ...fields, endpoint_name: deployment.endpointName }, 'the deployment went live after its time limit');
      if (revived.next !== null) await enqueueDeploy(services, revived.next, 0);
      return done;
    }
  }
}
