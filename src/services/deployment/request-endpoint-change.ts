import { changesDataCapture } from '../../core/deployment/data-capture.ts';
import type { Deployment, Endpoint, EndpointAction, EndpointChange } from '../../core/deployment/deployment.ts';
import { tagsOfEndpoint } from '../../core/deployment/endpoint-tags.ts';
import { tagsWithKept } from '../../core/deployment/kept-endpoint.ts';
import { clearedError, notWaiting } from '../../core/deployment/waits.ts';
import { wantedConfig } from '../../core/deployment/way-back.ts';
import { ClaimLostError, SageMakerError } from '../../core/errors.ts';
import { changeTiming } from '../../core/timing.ts';
import type { ShapeObject } from '../../core/shapes/shapes.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import { ContradictionError } from './contradiction-error.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { shapesOfDeployment } from './deployment-shapes.ts';
import { describeEndpointOrNull } from './describe-endpoint.ts';
import { tagsOf } from './ensure-content.ts';
import { restoreLiveDeployment } from './restore-live-deployment.ts';
import { forcedTag } from './write-tags.ts';

/**
 * Requests a change of the endpoint. The change and the endpoint's state from before are recorded first: after a crash or a lost
 * response the next observation tells from that whether the change took effect.
 *
 * @throws {ContradictionError} when the endpoint is not as it was observed. @throws {SageMakerError}, after which the next observation
 * decides as well.
 */
export async function requestEndpointChange(
  claim: DeploymentClaim,
  { action, endpoint }: { action: EndpointAction; endpoint: Endpoint | null },
): Promise<void> {
  const { ctx, deployment: before, log } = claim;
  const change: EndpointChange = {
    action,
    requestedAt: ctx.now(),
    respondedAt: null,
    acknowledgedAt: null,
    baseline: endpoint && { modifiedAt: endpoint.modifiedAt, endpointConfigName: endpoint.endpointConfigName },
  };
  const changesCapture = action === 'update' && changesDataCapture(await claim.observeConfig(), await wantedContent(claim));
  await claim.record({ step: before.revert === null ? 'endpoint' : 'revert', endpointChange: change });
  if (isAbortedBefore(before, claim.deployment)) return claim.record({ endpointChange: before.endpointChange });
  try {
    await call(claim, { action, changesCapture });
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    await recordFailure(claim, { change, before, error });
    throw (await contradictsObservation(claim, { action, endpoint, error })) ? new ContradictionError(error) : error;
  }
  const acknowledged = { ...change, respondedAt: ctx.now(), acknowledgedAt: ctx.now() };
  const { deployment } = claim;
  try {
    await claim.record(
      {
        endpointChange: acknowledged,
        changeRequestedAt: change.requestedAt,
        retryAt: null,
        ...clearedError(deployment),
        ...notWaiting(deployment),
      },
      historyDetail(action, deployment),
    );
  } catch (error) {
    if (error instanceof ClaimLostError) await restoreLiveDeployment(claim);
    throw error;
  }
  log.info(
    {
      event: 'deployment.change_requested',
      endpoint_config_name: wantedConfig(deployment),
      previous_endpoint_config_name: endpoint?.endpointConfigName ?? null,
    },
    `endpoint ${changeNouns[action]} requested`,
  );
}

/** The content of the configuration that the endpoint is brought to; null where it is not on record. */
async function wantedContent({
  ctx,
  deployment: { endpointName, endpointConfig, revert },
}: DeploymentClaim): Promise<ShapeObject | null> {
  if (revert === null) return endpointConfig;
  const resource = { what: 'endpoint_config', name: revert.to } as const;
  return (await ctx.store.deployments.findMaker({ endpointName, resource }))?.endpointConfig ?? null;
}

/** A person has ended it since it was last read: the endpoint is not touched any more. */
const isAbortedBefore = (before: Deployment, { abort, revert }: Deployment): boolean =>
  before.abort === null && abort !== null && revert === null;

const changeNouns = { create: 'creation', update: 'update', delete: 'deletion' } as const satisfies Record<
  EndpointAction,
  string
>;

/** Sent once: an observation shows whether a call without a response took effect, before the change is requested again. */
async function call(
  { ctx, deployment, run, options: own }: DeploymentClaim,
  { action, changesCapture }: { action: EndpointAction; changesCapture: boolean },
): Promise<void> {
  const { sagemaker } = ctx;
  const options: CallOptions = { ...own, retryIndeterminate: false, maxWaitMs: changeTiming.changeTimeoutMs };
  const { endpointName, rollout, revert } = deployment;
  const endpointConfigName = wantedConfig(deployment);
  if (endpointConfigName === null) throw new Error(`deployment ${deployment.deploymentId} has no endpoint configuration`);
  switch (action) {
    case 'create': {
      const record = await ctx.store.endpoints.find(endpointName);
      const added = { ...forcedTag(deployment), ...(record === null ? {} : tagsOfEndpoint(record).tags) };
      const ofDeployment = { ...tagsOf(run, shapesOfDeployment(ctx, run, deployment).endpointConfig), ...added };
      const tags = tagsWithKept(ofDeployment, await ctx.store.autoscaling.find(endpointName));
      return sagemaker.createEndpoint({ endpointName, endpointConfigName, tags }, options);
    }
    case 'update':
      return sagemaker.updateEndpoint(
        {
          endpointName,
          endpointConfigName,
          changesDataCapture: changesCapture,
          deploymentConfig: (revert === null && rollout?.deploymentConfig) || undefined,
        },
        options,
      );
    case 'delete':
      return sagemaker.deleteEndpoint(endpointName, options);
  }
}

/**
 * A refused call has changed nothing: the change from before it, which may have arrived, is still the one to account for. After an
 * indeterminate response the request is no longer in flight, so the next observation decides at once.
 */
async function recordFailure(
  claim: DeploymentClaim,
  { change, before, error }: { change: EndpointChange; before: Deployment; error: SageMakerError },
): Promise<void> {
  if (error.effect === 'none') {
    const { step, endpointChange } = before;
    return claim.record({ step, endpointChange }, `${error.operation} refused: ${error.message}`);
  }
  await restoreLiveDeployment(claim);
  if (!error.possiblyInFlight) await claim.record({ endpointChange: { ...change, respondedAt: claim.ctx.now() } });
}

/** Whether the refusal says that the endpoint is not as it was observed: the next observation decides again. */
async function contradictsObservation(
  { ctx, deployment: { endpointName }, options }: DeploymentClaim,
  { action, endpoint: before, error }: { action: EndpointAction; endpoint: Endpoint | null; error: SageMakerError },
): Promise<boolean> {
  if (isConflict(error, action)) return true;
  if (error.kind !== 'invalid' || error.effect !== 'none') return false;
  // SageMaker refuses to update an endpoint that has failed meanwhile as invalid.
  const now = await describeEndpointOrNull(ctx, { endpointName, options });
  return now?.status !== before?.status || now?.modifiedAt !== before?.modifiedAt;
}

function isConflict({ kind, resource }: SageMakerError, action: EndpointAction): boolean {
  switch (action) {
    case 'create':
      return kind === 'already_exists';
    case 'update':
      return kind === 'already_exists' || (kind === 'not_found' && resource === 'endpoint');
    case 'delete':
      return kind === 'not_found';
  }
}

function historyDetail(action: EndpointAction, deployment: Deployment): string {
  const { endpointName } = deployment;
  const endpointConfigName = wantedConfig(deployment);
  switch (action) {
    case 'create':
      return `endpoint ${endpointName} is being created on ${endpointConfigName}`;
    case 'update':
      return `endpoint ${endpointName} is being updated to ${endpointConfigName}`;
    case 'delete':
      return `endpoint ${endpointName}, which failed, is being deleted to be created again`;
  }
}
