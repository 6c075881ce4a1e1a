import { failure } from '../../../core/deployment/outcomes.ts';
import { clearedError, notWaiting } from '../../../core/deployment/waits.ts';
import { contentName } from '../../../core/sagemaker/names.ts';
import { endpointConfigDigest } from '../content-digest.ts';
import { decideOwnConfig } from '../decide-own-config.ts';
import type { DeploymentClaim } from '../deployment-claim.ts';
import { shapesOfDeployment } from '../deployment-shapes.ts';
import { ensureContent } from '../ensure-content.ts';
import { withKeptCount } from '../keep-instance-count.ts';
import { finish, type StepResult } from '../step-result.ts';

/**
 * Makes sure that SageMaker has the deployment's endpoint configuration: what is wished for, over what the endpoint has
 * (decideEndpointConfig). An endpoint that cannot be brought to it ends the deployment.
 */
export async function ensureEndpointConfig(claim: DeploymentClaim): Promise<StepResult> {
  const { ctx, run, deployment, log } = claim;
  const decision = await decideOwnConfig(claim);
  if (decision.kind === 'refuse') return finish(failure(deployment, decision.reason, 'invalid'));
  const { carriedOver } = decision;
  const { request, count } = await withKeptCount(claim, decision.request);
  const name = contentName(run.trainingJobName, endpointConfigDigest(request));
  const layer = shapesOfDeployment(ctx, run, deployment).endpointConfig;
  const how = await ensureContent(claim, { what: 'endpoint_config', name, request, layer });
  if (how === 'other') {
    return finish(failure(deployment, `the endpoint configuration ${name} exists with other content`, 'invalid'));
  }
  const carried = carriedOver.length === 0 ? {} : { carried_over: carriedOver };
  log.info(
    { event: 'deployment.endpoint_config_ready', endpoint_config_name: name, ...carried },
    `endpoint configuration ${how}`,
  );
  const kept = carriedOver.length === 0 ? '' : `, with what the endpoint had: ${carriedOver.join(', ')}`;
  const keptCountDetail =
    count === null ? '' : `, with as many instances as the endpoint had, which has to be created again: ${count}`;
  return {
    kind: 'next',
    progress: { endpointConfigName: name, endpointConfig: request, ...clearedError(deployment), ...notWaiting(deployment) },
    detail: `endpoint configuration ${name} ${how}${kept}${keptCountDetail}`,
  };
}
