import type { DeliveryContext } from '../../../src/core/delivery/policy-conflicts.ts';

/** The settings' own defaults, but for a fleet that any rollout fits. */
export const contextOf = (changed: Partial<DeliveryContext> = {}): DeliveryContext => ({
  endpointName: 'ml-sentiment-endpoint',
  endpointInstanceType: 'ml.m5.large',
  endpointInstanceCount: 4,
  privateAddresses: 'refuse',
  schemaIssues: () => [],
  isPrivate: () => false,
  ...changed,
});
