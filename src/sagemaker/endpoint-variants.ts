import type {
  PendingDeploymentSummary,
  PendingProductionVariantSummary,
  ProductionVariantSummary,
} from '@aws-sdk/client-sagemaker';
import type { EndpointVariant, PendingDeployment } from '../core/deployment/endpoint-variant.ts';
import type { Mask } from './redact.ts';
import { instant, required } from './response.ts';

const operation = 'DescribeEndpoint';

export const pendingOf = (
  { EndpointConfigName, StartTime, ProductionVariants = [] }: PendingDeploymentSummary,
  mask: Mask,
): PendingDeployment => ({
  endpointConfigName: required(EndpointConfigName, operation, 'PendingDeploymentSummary.EndpointConfigName'),
  startedAt: instant(StartTime),
  variants: ProductionVariants.map((variant) => variantOf(variant, mask)),
});

/** A fleet that serves, or one to come, which has the same members. */
export const variantOf = (variant: ProductionVariantSummary | PendingProductionVariantSummary, mask: Mask): EndpointVariant => ({
  variantName: required(variant.VariantName, operation, 'ProductionVariants.VariantName'),
  currentInstanceCount: variant.CurrentInstanceCount ?? null,
  desiredInstanceCount: variant.DesiredInstanceCount ?? null,
  currentWeight: variant.CurrentWeight ?? null,
  desiredWeight: variant.DesiredWeight ?? null,
  statuses: (variant.VariantStatus ?? []).map(({ Status, StatusMessage, StartTime }) => ({
    status: Status ?? '',
    statusMessage: StatusMessage === undefined ? null : mask(StatusMessage),
    startedAt: instant(StartTime),
  })),
  deployedImages: (variant.DeployedImages ?? []).map(({ SpecifiedImage, ResolvedImage, ResolutionTime }) => ({
    specifiedImage: SpecifiedImage ?? null,
    resolvedImage: ResolvedImage ?? null,
    resolvedAt: instant(ResolutionTime),
  })),
});
