import { epochSeconds, type Call, type Output } from '../call.ts';
import type { EndpointPhase, LiveVariant } from '../state/records.ts';
import type { DataCaptureConfig } from '../state/requests.ts';
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
    ...featuresSummary(phase),
  };
}

function featuresSummary(phase: EndpointPhase): object {
  const { features } = phase;
  if (!features) return {};
  return {
    DataCaptureConfig: features.dataCapture ? captureSummary(features.dataCapture) : undefined,
    AsyncInferenceConfig: features.asyncInference ?? undefined,
    ExplainerConfig: features.explainer ?? undefined,
    MetricsConfig: features.metrics ?? undefined,
    ShadowProductionVariants:
      features.shadowVariants.length > 0 ? features.shadowVariants.map((variant) => liveSummary(variant, phase)) : undefined,
  };
}

/** Of another shape than in the configuration (the API model's DataCaptureConfigSummary). */
function captureSummary({
  EnableCapture = true,
  InitialSamplingPercentage,
  DestinationS3Uri,
  KmsKeyId = '',
}: DataCaptureConfig): object {
  return {
    EnableCapture,
    CaptureStatus: EnableCapture ? 'Started' : 'Stopped',
    CurrentSamplingPercentage: InitialSamplingPercentage,
    DestinationS3Uri,
    KmsKeyId,
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
    // A recorded output of a serverless endpoint has a count of 0, and nothing desired.
    CurrentInstanceCount: variant.instanceCount ?? 0,
    DesiredInstanceCount: variant.desiredInstanceCount ?? undefined,
    CurrentServerlessConfig: serverless,
    ...variant.settings,
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
    ProductionVariants: pending.variants.map((variant) => pendingVariant(variant, pending.startAt)),
    ShadowProductionVariants: pending.features?.shadowVariants.length
      ? pending.features.shadowVariants.map((variant) => pendingVariant(variant, pending.startAt))
      : undefined,
    StartTime,
  };
}

const pendingVariant = (variant: LiveVariant, startAt: number): object => ({
  ...summary(variant, startAt),
  CurrentInstanceCount: 0,
  InstanceType: variant.instanceType ?? undefined,
  VariantStatus: [{ Status: 'Creating', StartTime: epochSeconds(startAt) }],
});
