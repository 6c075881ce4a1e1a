import { type CleanUpDecision, type Uncleaned } from '../../core/deployment/decide-clean-up.ts';
import { type EndpointUse, whyInUse } from '../../core/deployment/endpoint-use.ts';
import { workerCallMs } from '../../core/timing.ts';
import type { ServiceContext } from '../context.ts';
import { readOwnership } from './delete-own.ts';
import { observeUse } from './observe-use.ts';
import { planCleanUp } from './plan-clean-up.ts';

export interface DeploymentPreview {
  deployment: Uncleaned;
  /** Why it is kept; null where something of it would be deleted. */
  kept: string | null;
  /** What would be done about each, in words. */
  would: string[];
}

export interface EndpointPreview {
  endpointName: string;
  /** null where the delivery file has no retention for the endpoint: nothing is deleted. */
  deployments: DeploymentPreview[] | null;
}

/** What a clean-up would do now with one endpoint after the other, and why it keeps what it keeps. Changes nothing. @throws {SageMakerError} */
export async function* previewCleanUp(ctx: ServiceContext): AsyncGenerator<EndpointPreview> {
  for (const endpointName of await ctx.store.endpoints.listNames()) {
    const plan = await planCleanUp(ctx, endpointName);
    if (plan === null) yield { endpointName, deployments: null };
    else {
      const hasWork = plan.decisions.some(({ kept }) => kept === null);
      const use = hasWork ? await observeUse(ctx, { endpointName, options: { maxWaitMs: workerCallMs } }) : null;
      const deployments: DeploymentPreview[] = [];
      for (const decision of plan.decisions) deployments.push(await preview(ctx, { decision, use }));
      yield { endpointName, deployments };
    }
  }
}

async function preview(
  ctx: ServiceContext,
  { decision, use }: { decision: CleanUpDecision; use: EndpointUse | null },
): Promise<DeploymentPreview> {
  const { deployment, endpointConfigName, modelName } = decision;
  const kept = decision.kept ?? (use === null ? null : whyInUse(decision, use));
  if (kept !== null) return { deployment, kept, would: [] };
  const { trainingJobName } = deployment;
  const would: string[] = [];
  for (const { what, name, noun } of [
    { what: 'endpoint_config', name: endpointConfigName, noun: 'endpoint configuration' },
    { what: 'model', name: modelName, noun: 'model' },
  ] as const) {
    if (name === null) continue;
    const ownership = await readOwnership(ctx, { what, name, trainingJobName, options: { maxWaitMs: workerCallMs } });
    would.push(`${words[ownership]} ${noun} ${name}`);
  }
  return { deployment, kept: null, would };
}

const words = { own: 'delete', gone: 'not there any more:', foreign: 'leave alone, by its tags:' } as const;
