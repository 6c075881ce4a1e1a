import { type SecretValues, secretsOf } from '../../core/shapes/redact-shape.ts';
import type { ServiceContext } from '../context.ts';
import { shapesOfDeployment } from './deployment-shapes.ts';

/** Deployments that may have been the last on an endpoint: one in progress, and what it replaces. */
const newest = 3;

/** The values that a failure reason of the endpoint may repeat: those of the deployments that were last on it. */
export async function secretsOfEndpoint(ctx: ServiceContext, endpointName: string): Promise<SecretValues> {
  const { deployments, runs } = ctx.store;
  const { items } = await deployments.list({ filter: { endpointName }, page: { limit: newest, cursor: null } });
  const live = await deployments.findLive(endpointName);
  const shapes = await Promise.all(
    [...items, ...(live === null ? [] : [live])].map(async (deployment) => {
      const run = await runs.find(deployment.trainingJobName);
      return run === null ? [] : [shapesOfDeployment(ctx, run, deployment)];
    }),
  );
  return secretsOf(...shapes.flat().flatMap(({ model, training }) => [model, training]));
}
