import { createHash } from 'node:crypto';
import { epochSeconds, type Call, type Output } from '../call.ts';
import type { EndpointPhase, LiveVariant } from '../state/records.ts';
import type { DataCaptureConfig } from '../state/requests.ts';
import { currentPhase } from '../state/timeline.ts';
import { requireEndpoint } from '../resources/endpoint.ts';

/** The output does not name the model; the endpoint configuration does. */
export function describeEndpoint({ EndpointName }: { EndpointName: string }, call: Call): Output {
  const { name, arn, createdAt, timeline } = requireEndpoint(call, EndpointName);
  const phase = currentPhase(timeline, call.now);
  const since = phase.modifiedAt ?? phase.startAt;
  const showsNew = call.settings.showsNewConfigAtOnce && phase.status === 'Updating' && phase.pending !== null;
  return {
    EndpointName: name,
    EndpointArn: arn,
    EndpointConfigName: showsNew ? phase.pending?.endpointConfigName : phase.endpointConfigName,
    // A new endpoint has none until it is InService.
    ProductionVariants: phase.variants.length > 0 ? phase.variants.map((variant) => summary(variant, since)) : undefined,
    EndpointStatus: phase.status,
    FailureReason: phase.failureReason ?? undefined,
    CreationTime: epochSeconds(createdAt),
    LastModifiedTime: epochSeconds(since),
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
      features.shadowVariants.length > 0
        ? features.shadowVariants.map((variant) => summary(variant, phase.modifiedAt ?? phase.startAt))
        : undefined,
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
      ResolvedImage: resolvedImage(image),
      ResolutionTime: epochSeconds(since),
    })),
    CurrentWeight: variant.weight,
    DesiredWeight: variant.desiredWeight,
    // A recorded output of a serverless endpoint has a count of 0, and nothing desired.
    CurrentInstanceCount: variant.instanceCount ?? 0,
    DesiredInstanceCount: variant.desiredInstanceCount ?? undefined,
    CurrentServerlessConfig: serverless,
    VariantStatus: variant.stages?.map(({ status, message, startAt }) => ({
      Status: status,
      StatusMessage: message,
      StartTime: epochSeconds(startAt),
    })),
    ...variant.settings,
  };
}

/** No registry is there to look a tag up in: the digest is made up of the image's name, and stays the same. */
function resolvedImage(image: string): string {
  if (image.includes('@sha256:')) return image;
  const digest = createHash('sha256').update(image).digest('hex');
  return `${image.replace(/:[^:/]+$/, '')}@sha256:${digest}`;
}

const inProgress: readonly string[] = ['Creating', 'Updating'];

function pendingSummary({ status, pending }: EndpointPhase): object | undefined {
  if (!pending || !inProgress.includes(status)) return undefined;
  const shadows = pending.features?.shadowVariants ?? [];
  return {
    EndpointConfigName: pending.endpointConfigName,
    ProductionVariants: pending.variants.map((variant) => pendingVariant(variant, pending.startAt)),
    ShadowProductionVariants: shadows.length > 0 ? shadows.map((variant) => pendingVariant(variant, pending.startAt)) : undefined,
    StartTime: epochSeconds(pending.startAt),
  };
}

const pendingVariant = (variant: LiveVariant, startAt: number): object => ({
  ...summary(variant, startAt),
  InstanceType: variant.instanceType ?? undefined,
});
