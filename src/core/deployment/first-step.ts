import type { DeliveryPolicy } from '../delivery/policy.ts';
import { type Deployment, isReturn } from './deployment.ts';
import type { DeploymentStep } from './steps.ts';

/**
 * Where a deployment begins when its turn comes: at the gate where its policy has a gate or an approval that it does not pass over, and it
 * has not come further before.
 */
export function firstStep(
  deployment: Pick<Deployment, 'step' | 'policy' | 'overrides' | 'forced' | 'trigger'>,
  policy: DeliveryPolicy | null,
): DeploymentStep {
  const { gate = null, approval = null } = deployment.policy ?? policy ?? {};
  const isJudged = (gate !== null || approval !== null) && !deployment.overrides && !isReturn(deployment);
  return isJudged && deployment.step === 'model' ? 'gate' : deployment.step;
}
