import { confirmationDelayMs } from '../../core/confirm-time-limit.ts';
import { changesEndpoint, stepAfter, type DeploymentStep } from '../../core/deployment/steps.ts';
import { outOfTime } from '../../core/deployment/time-limit.ts';
import { abortedEarly } from '../../core/deployment/way-back.ts';
import { snooze, type JobResult } from '../job-result.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { finishDeployment } from './finish-deployment.ts';
import { requestApproval } from './request-approval.ts';
import { handleSageMakerError } from './handle-sagemaker-error.ts';
import { finish, type StepEnd, type StepResult } from './step-result.ts';
import { awaitInService } from './steps/await-in-service.ts';
import { changeEndpoint } from './steps/change-endpoint.ts';
import { ensureEndpointConfig } from './steps/ensure-endpoint-config.ts';
import { ensureModel } from './steps/ensure-model.ts';
import { judge } from './steps/judge.ts';
import { revert } from './steps/revert.ts';
import { verify } from './steps/verify.ts';

const steps: Record<DeploymentStep, (claim: DeploymentClaim) => Promise<StepResult>> = {
  gate: judge,
  model: ensureModel,
  endpoint_config: ensureEndpointConfig,
  endpoint: changeEndpoint,
  in_service: awaitInService,
  verify,
  revert,
};

/** Runs the steps of a claimed deployment from the one that it has reached, until one of them waits or the deployment ends. */
export async function runSteps(claim: DeploymentClaim): Promise<JobResult> {
  const end = await advance(claim).catch((error: unknown) => handleSageMakerError(claim, error));
  switch (end.kind) {
    case 'finish':
      return finishDeployment(claim, end.outcome);
    case 'await_approval':
      return requestApproval(claim, end);
    case 'snooze':
      return end;
  }
}

async function advance(claim: DeploymentClaim): Promise<StepEnd> {
  for (;;) {
    const { step } = claim.deployment;
    const result = exceedsTimeLimit(claim) ?? ifAborted(claim) ?? (await steps[step](claim));
    if (result.kind !== 'next') return result;
    await claim.record({ ...result.progress, step: stepAfter(step) }, result.detail);
  }
}

/** A person has ended it, and its endpoint is as it was. */
function ifAborted({ deployment }: DeploymentClaim): StepEnd | null {
  const { abort, endpointChange } = deployment;
  return abort !== null && endpointChange === null && deployment.revert === null ? finish(abortedEarly(abort)) : null;
}

/** What the time limit makes of a step that does not change the endpoint; null within the limit. */
function exceedsTimeLimit({ ctx, deadline, deployment }: DeploymentClaim): StepEnd | null {
  const { step, waitsForDetail } = deployment;
  if (deadline === 'in_time' || changesEndpoint(step)) return null;
  return deadline === 'over'
    ? finish(outOfTime(deployment, waitsForDetail ?? `still at the step ${step}`))
    : snooze(confirmationDelayMs(ctx.settings.endpointPollMs));
}
