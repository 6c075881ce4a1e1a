import type { Deployment, DeploymentProgress, Endpoint } from '../../core/deployment/deployment.ts';
import { type Deadline, deadlineOf } from '../../core/deployment/time-limit.ts';
import { ClaimLostError } from '../../core/errors.ts';
import { changeTiming } from '../../core/timing.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { Logger } from '../../ports/logger.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { describeEndpointOrNull } from './describe-endpoint.ts';
import { deploymentFields } from './log-fields.ts';

/** A worker's exclusive right to a deployment, for one pass. */
export interface DeploymentClaim {
  readonly ctx: ServiceContext;
  readonly run: TrainingRun;
  /** As it was last read or recorded. */
  readonly deployment: Deployment;
  /** For each call to SageMaker, which is refused once another worker has the claim. */
  readonly options: CallOptions;
  /** As of the beginning of the pass. */
  readonly deadline: Deadline;
  /** With the names of the deployment in each line. */
  readonly log: Logger;
  /** Returns the endpoint as the pass first observes it; null where SageMaker finds none. One call, however often it is used. */
  readonly observeEndpoint: () => Promise<Endpoint | null>;
  /** Records progress, with `detail` as a line of the history. @throws {ClaimLostError} when another worker has the claim. */
  readonly record: (progress: DeploymentProgress, detail?: string) => Promise<void>;
}

/** `deployment`: as the store has claimed it. */
export function openClaim(
  ctx: ServiceContext,
  { deployment: claimed, run, signal }: { deployment: Deployment; run: TrainingRun; signal: AbortSignal | undefined },
): DeploymentClaim {
  const { store, now, settings } = ctx;
  const { deploymentId, fencingToken } = claimed;
  let deployment = claimed;
  let observation: Promise<Endpoint | null> | undefined;
  const beforeSend = async (): Promise<void> => {
    if (!(await store.deployments.isClaimCurrent({ deploymentId, fencingToken }))) throw claimLost();
  };
  const options: CallOptions = { signal, beforeSend, maxWaitMs: changeTiming.callMs };
  return {
    ctx,
    run,
    options,
    get deployment() {
      return deployment;
    },
    deadline: deadlineOf(claimed, now(), settings.endpointPollMs),
    log: ctx.log.child(deploymentFields(claimed)),
    observeEndpoint: () => (observation ??= describeEndpointOrNull(ctx, { endpointName: claimed.endpointName, options })),
    record: async (progress, detail) => {
      const recorded = await store.deployments.recordProgress({ deploymentId, fencingToken, progress, detail, now: now() });
      if (recorded === null) throw claimLost();
      deployment = recorded;
    },
  };
}

export const claimLost = (): ClaimLostError => new ClaimLostError('another worker has claimed the deployment');
