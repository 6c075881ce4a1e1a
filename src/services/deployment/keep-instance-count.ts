import { countsOf, keptCount, keptEndpoint } from '../../core/deployment/kept-endpoint.ts';
import { isObject, own, type ShapeObject } from '../../core/shapes/shapes.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { readAutoscaling } from './keep-autoscaling.ts';

/**
 * The request of an endpoint configuration on which an endpoint is created again, because it has failed: with no fewer instances than the
 * endpoint had, as an update keeps them. `count`: null where that changes nothing.
 *
 * @throws {SageMakerError} for a transient error.
 */
export async function withKeptCount(
  claim: DeploymentClaim,
  request: ShapeObject,
): Promise<{ request: ShapeObject; count: number | null }> {
  const same = { request, count: null };
  const variants = own(request, 'ProductionVariants');
  const [variant] = Array.isArray(variants) ? (variants as readonly unknown[]) : [];
  const endpoint = await claim.observeEndpoint();
  if (!isObject(variant) || (endpoint !== null && endpoint.status !== 'Failed')) return same;
  const { VariantName: variantName, InitialInstanceCount: wanted } = variant;
  if (typeof variantName !== 'string' || typeof wanted !== 'number') return same;
  const { endpointName } = claim.deployment;
  const before = await claim.ctx.store.autoscaling.find(endpointName);
  const autoscaling = endpoint === null ? null : await readAutoscaling(claim, { endpointName, variantNames: [variantName] });
  const instanceCounts = endpoint === null ? {} : countsOf(endpoint);
  const count = keptCount(keptEndpoint(before, { autoscaling, tags: null, instanceCounts }), { variantName, wanted });
  if (count === wanted) return same;
  return { request: { ...request, ProductionVariants: [{ ...variant, InitialInstanceCount: count }] }, count };
}
