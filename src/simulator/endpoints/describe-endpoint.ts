import { epochSeconds, type Call, type Output } from '../call.ts';
import { pageOf, type ListInput } from '../listing/page.ts';
import type { EndpointPhase, LiveVariant } from '../state/records.ts';
import { currentPhase } from '../state/timeline.ts';
import { requireEndpoint } from './endpoint.ts';

/** There is no model's name in it: that is in the endpoint configuration (sagemaker-facts, section 5). */
export function describeEndpoint({ EndpointName }: { EndpointName: string }, call: Call): Output {
  const { name, arn, createdAt, timeline } = requireEndpoint(call, EndpointName);
  const phase = currentPhase(timeline, call.now);
  return {
    EndpointName: name,
    EndpointArn: arn,
    EndpointConfigName: phase.endpointConfigName,
    // While it is created for the first time there are none yet.
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

export function listEndpoints(input: ListInput, { state, now }: Call): Output {
  const endpoints = Array.from(state.endpoints.values(), ({ name, arn, createdAt, timeline }) => {
    const { status, startAt } = currentPhase(timeline, now);
    const item = {
      EndpointName: name,
      EndpointArn: arn,
      CreationTime: epochSeconds(createdAt),
      LastModifiedTime: epochSeconds(startAt),
      EndpointStatus: status,
    };
    return { name, createdAt, modifiedAt: startAt, status, summary: item };
  }).filter(({ status }) => status !== 'Gone');
  const { summaries, NextToken } = pageOf(endpoints, { ...input, SortOrder: input.SortOrder ?? 'Descending' });
  return { Endpoints: summaries, NextToken };
}
