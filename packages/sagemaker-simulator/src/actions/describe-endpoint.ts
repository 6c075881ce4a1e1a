import { epochSeconds, type Call, type Output } from '../call.ts';
import type { EndpointPhase, LiveVariant } from '../state/records.ts';
import { currentPhase } from '../state/timeline.ts';
import { requireEndpoint } from '../resources/endpoint.ts';

/** The output does not name the model; the endpoint configuration does. */
export function describeEndpoint({ EndpointName }: { EndpointName: string }, call: Call): Output {
  const { name, arn, createdAt, timeline } = requireEndpoint(call, EndpointName);
  const phase = currentPhase(timeline, call.now);
  return {
    EndpointName: name,
    EndpointArn: arn,
    EndpointConfigName: phase.endpointConfigName,
    // A new endpoint has none until it is InService.
    ProductionVariants: phase.variants.length > 0 ? phase.variants.map((variant) => liveSummary(variant, phase)) : undefined,
    EndpointStatus: phase.status,
    FailureReason: phase.failureReason ?? undefined,
    CreationTime: epochSeconds(createdAt),
    LastModifiedTime: epochSeconds(phase.startAt),
    LastDeploymentConfig: phase.lastDeploymentConfig ?? undefined,
    PendingDeploymentSummary: pendingSummary(phase),
  };
}

function summary(variant: LiveVariant, since: number): object {
  const serverless = variant.serverless ?? undefined;
  return {
    VariantName: variant.variantName,
    DeployedImages: variant.images.map((image) => ({
      SpecifiedImage: image,
      ResolvedImage: image,
      ResolutionTime: epochSeconds(since),
    })),
    CurrentWeight: variant.weight,
    DesiredWeight: variant.desiredWeight,
    CurrentInstanceCount: variant.instanceCount ?? undefined,
    DesiredInstanceCount: variant.desiredInstanceCount ?? undefined,
    CurrentServerlessConfig: serverless,
    DesiredServerlessConfig: serverless,
  };
}

function liveSummary(variant: LiveVariant, { status, startAt }: EndpointPhase): object {
  const busy = status === 'Updating' || status === 'Deleting';
  return {
    ...summary(variant, startAt),
    VariantStatus: busy ? [{ Status: status, StartTime: epochSeconds(startAt) }] : undefined,
  };
}

function pendingSummary({ pending }: EndpointPhase): object | undefined {
  if (!pending) return undefined;
  const StartTime = epochSeconds(pending.startAt);
  return {
    EndpointConfigName: pending.endpointConfigName,
    ProductionVariants: pending.variants.map((variant) => ({
      ...summary(variant, pending.startAt),
      CurrentInstanceCount: variant.desiredInstanceCount === null ? undefined : 0,
      InstanceType: variant.instanceType ?? undefined,
      VariantStatus: [{ Status: 'Creating', StartTime }],
    })),
    StartTime,
  };
}
