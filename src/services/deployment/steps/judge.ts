import type { Approval } from '../../../core/deployment/delivery-state.ts';
import { decideAdmission } from '../../../core/deployment/decide-admission.ts';
import { decideGate, type Measured } from '../../../core/deployment/decide-gate.ts';
import type { DeploymentOutcome } from '../../../core/deployment/deployment.ts';
import { deployedDigest } from '../content-digest.ts';
import type { DeploymentClaim } from '../deployment-claim.ts';
import { shapesOfDeployment } from '../deployment-shapes.ts';
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

async function readLive({ ctx: { store }, deployment }: DeploymentClaim): Promise<Measured | null> {
  const live = await store.deployments.findLive(deployment.endpointName);
  const run = live === null ? null : await store.runs.find(live.trainingJobName);
  return live === null ? null : { trainingJobName: live.trainingJobName, metrics: run?.metrics ?? null };
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
