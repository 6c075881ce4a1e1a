import type { CleanUpDecision } from '../../core/deployment/decide-clean-up.ts';
import { whyInUse } from '../../core/deployment/endpoint-use.ts';
import type { DeletedCounts } from '../../ports/store.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { deploymentFields } from '../deployment/log-fields.ts';
import { deleteOwn, type OwnResource } from './delete-own.ts';
import { observeUse } from './observe-use.ts';
import { planCleanUp } from './plan-clean-up.ts';

/** It is needed after all: something has happened since it was planned. */
class NeededError extends Error {}

export type CleanedUp = { kind: 'cleaned_up'; detail: string } | { kind: 'kept'; why: string };

/**
 * Deletes what is planned of one deployment: first its configuration, then its model. Before each deletion it looks at the endpoint again, and
 * immediately before the request leaves the process, at the database. After a crash in between, what is gone is recorded as such.
 *
 * @throws {SageMakerError} what is left is deleted in a later pass.
 */
export async function cleanUpDeployment(
  ctx: ServiceContext,
  { decision, options }: { decision: CleanUpDecision; options: CallOptions },
): Promise<CleanedUp> {
  const { deployment, endpointConfigName, modelName } = decision;
  const { endpointName, trainingJobName, deploymentId } = deployment;
  const resources = [
    { what: 'endpoint_config', name: endpointConfigName },
    { what: 'model', name: modelName },
  ] as const;
  const deleted: DeletedCounts = { models: 0, endpointConfigs: 0 };
  const results: string[] = [];
  for (const { what, name } of resources) {
    if (name === null) continue;
    const inUse = whyInUse(decision, await observeUse(ctx, { endpointName, options }));
    if (inUse !== null) return { kind: 'kept', why: inUse };
    const refuse = () => refuseIfNeeded(ctx, decision);
    const result = await deleteOwn(ctx, { what, name, trainingJobName, options, refuse }).catch(resultOfNeeded);
    if (result === 'needed') return { kind: 'kept', why: 'it has become needed meanwhile' };
    if (result === 'deleted') deleted[what === 'model' ? 'models' : 'endpointConfigs'] += 1;
    results.push(words({ what, name }, result));
  }
  const detail = `clean-up: ${results.join(', ')}`;
  if (await ctx.store.retention.recordCleanedUp({ deploymentId, detail, deleted, now: ctx.now() })) {
    const fields = { ...deploymentFields(deployment), endpoint_config_name: endpointConfigName, model_name: modelName };
    ctx.log.info({ event: 'deployment.cleaned_up', ...fields, ...counted(deleted) }, 'model and configuration cleaned up');
  }
  return { kind: 'cleaned_up', detail };
}

async function refuseIfNeeded(ctx: ServiceContext, planned: CleanUpDecision): Promise<void> {
  const { deployment, endpointConfigName, modelName } = planned;
  const plan = await planCleanUp(ctx, deployment.endpointName);
  const now = plan?.decisions.find((one) => one.deployment.deploymentId === deployment.deploymentId);
  if (now?.endpointConfigName !== endpointConfigName || now.modelName !== modelName) throw new NeededError();
}

function resultOfNeeded(error: unknown): 'needed' {
  if (error instanceof NeededError) return 'needed';
  throw error;
}

const nouns = { model: 'the model', endpoint_config: 'the endpoint configuration' } as const;

function words({ what, name }: Pick<OwnResource, 'what' | 'name'>, result: 'deleted' | 'gone' | 'foreign'): string {
  const resource = `${nouns[what]} ${name}`;
  switch (result) {
    case 'deleted':
      return `${resource} is deleted`;
    case 'gone':
      return `${resource} is not there any more`;
    case 'foreign':
      return `${resource} stays, since its tags do not say that this service made it`;
  }
}

const counted = ({ models, endpointConfigs }: DeletedCounts): object => ({
  deleted_models: models,
  deleted_endpoint_configs: endpointConfigs,
});
