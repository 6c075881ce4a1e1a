import type { Deployment, DeploymentProgress, Endpoint } from '../../core/deployment/deployment.ts';
import { type Deadline, deadlineOf } from '../../core/deployment/time-limit.ts';
import { ClaimLostError } from '../../core/errors.ts';
import { changeTiming } from '../../core/timing.ts';
import { secretsOf } from '../../core/shapes/redact-shape.ts';
import type { ShapeObject } from '../../core/shapes/shapes.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { Logger } from '../../ports/logger.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { shapesOfDeployment } from './deployment-shapes.ts';
import { describeConfigOrNull, describeEndpointOrNull } from './describe-endpoint.ts';
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
  /** The configuration that the endpoint is on, in the same way; null without one. */
  readonly observeConfig: () => Promise<ShapeObject | null>;
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
  let configuration: Promise<ShapeObject | null> | undefined;
  const beforeSend = async (): Promise<void> => {
    if (!(await store.deployments.isClaimCurrent({ deploymentId, fencingToken }))) throw claimLost();
  };
  const { model, training } = shapesOfDeployment(ctx, run, claimed);
  const options: CallOptions = { signal, beforeSend, maxWaitMs: changeTiming.callMs, hide: secretsOf(model, training) };
  const observeEndpoint = (): Promise<Endpoint | null> =>
    (observation ??= describeEndpointOrNull(ctx, { endpointName: claimed.endpointName, options }));
  const describeConfig = async (): Promise<ShapeObject | null> => {
    const name = (await observeEndpoint())?.endpointConfigName ?? null;
    if (name === null) return null;
    // One of this service's is on record as it was requested, also where it was deleted under the endpoint.
    const resource = { what: 'endpoint_config', name } as const;
    const maker = await store.deployments.findMaker({ endpointName: claimed.endpointName, resource });
    return maker?.endpointConfig ?? (await describeConfigOrNull(ctx, { name, options }));
  };
  return {
    ctx,
    run,
    options,
    get deployment() {
      return deployment;
    },
    deadline: deadlineOf(claimed, now(), settings.endpointPollMs),
    log: ctx.log.child(deploymentFields(claimed)),
    observeEndpoint,
    observeConfig: () => (configuration ??= describeConfig()),
    record: async (progress, detail) => {
      const recorded = await store.deployments.recordProgress({ deploymentId, fencingToken, progress, detail, now: now() });
      if (recorded === null) throw claimLost();
      deployment = recorded;
    },
  };
}

export const claimLost = (): ClaimLostError => new ClaimLostError('another worker has claimed the deployment');
