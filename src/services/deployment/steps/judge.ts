import type { Approval } from '../../../core/deployment/delivery-state.ts';
import { decideAdmission } from '../../../core/deployment/decide-admission.ts';
import { decideGate, type Measured } from '../../../core/deployment/decide-gate.ts';
import type { DeploymentOutcome } from '../../../core/deployment/deployment.ts';
import { metricsOf } from '../../../core/training/decide-training.ts';
import { orNullIfPermanent } from '../../or-null-if-permanent.ts';
import { deployedDigest } from '../content-digest.ts';
import type { DeploymentClaim } from '../deployment-claim.ts';
import { shapesOfDeployment } from '../deployment-shapes.ts';
import { findTrainingOfConfig } from '../find-training-of-config.ts';
import { finish, type StepResult } from '../step-result.ts';

/**
 * Judges the training by its policy's gate, against what serves now, and lets a person decide where the policy says so. An approval is about
 * one content; the gate is reckoned once more when the turn of an approved deployment comes, since another training may serve by then.
 */
export async function judge(claim: DeploymentClaim): Promise<StepResult> {
  const { ctx, run, deployment } = claim;
  const { policy, approval } = deployment;
  if (policy === null) return { kind: 'next', progress: {} };
  const candidate: Measured = { trainingJobName: run.trainingJobName, metrics: run.metrics };
  const gate = decideGate(policy, candidate, policy.gate === null ? null : await readLive(claim));
  const admission = decideAdmission(policy, gate);
  const progress = gate === null ? {} : { gate };
  switch (admission.kind) {
    case 'reject': {
      if (gate !== null) await claim.record({ gate });
      return finish(rejectedByGate(admission.reason, ctx.now()));
    }
    case 'pass':
      return { kind: 'next', progress, detail: admission.reason };
    case 'ask': {
      const content = contentOf(claim);
      if (approval?.status === 'approved' && approval.content === content)
        return { kind: 'next', progress, detail: `${admission.reason}; ${approval.by ?? 'a person'} has approved it` };
      if (gate !== null) await claim.record({ gate });
      const now = ctx.now();
      const { expiresSeconds, notByRequester } = admission;
      const wanted: Approval = {
        status: 'pending',
        by: null,
        reason: null,
        requestedAt: now,
        decidedAt: null,
        expiresAt: now + expiresSeconds * 1000,
        content,
        notByRequester,
      };
      return { kind: 'await_approval', approval: wanted, detail: admission.reason };
    }
  }
}

/**
 * What serves now, by SageMaker: an endpoint may be deleted by an operator, and after a loss the database may not know what is live. Then
 * the tags of the endpoint's configuration name the training. A foreign one has no metrics, so that the last one of this service counts.
 *
 * @throws {SageMakerError}
 */
async function readLive(claim: DeploymentClaim): Promise<Measured | null> {
  const { ctx, deployment, options } = claim;
  const endpointConfigName = (await claim.observeEndpoint())?.endpointConfigName ?? null;
  if (endpointConfigName === null) return null;
  const live = await ctx.store.deployments.findLive(deployment.endpointName);
  const isKnown = live?.endpointConfigName != null && isSameName(live.endpointConfigName, endpointConfigName);
  const named = isKnown ? null : await findTrainingOfConfig(ctx, { endpointConfigName, options });
  const trainingJobName = named ?? live?.trainingJobName ?? null;
  return trainingJobName === null ? null : { trainingJobName, metrics: await readMetrics(claim, trainingJobName) };
}

const isSameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

async function readMetrics({ ctx, options }: DeploymentClaim, trainingJobName: string): Promise<Measured['metrics']> {
  const run = await ctx.store.runs.find(trainingJobName);
  if (run !== null) return run.metrics;
  const job = await ctx.sagemaker.describeTrainingJob(trainingJobName, options).catch(orNullIfPermanent);
  return job && metricsOf(job);
}

/** The digest of all that would be deployed. */
function contentOf({ ctx, run, deployment }: DeploymentClaim): string {
  const { model, endpointConfig } = shapesOfDeployment(ctx, run, deployment);
  return `${deployment.modelName}-${deployedDigest({ model, endpointConfig })}`;
}

const rejectedByGate = (reason: string, at: number): DeploymentOutcome => ({
  status: 'rejected',
  failureReason: reason,
  detail: reason,
  turnedDown: { how: 'gate', by: null, reason, at },
});
