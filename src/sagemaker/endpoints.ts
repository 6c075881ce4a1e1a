import {
  CreateEndpointCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  UpdateEndpointCommand,
  type DescribeEndpointCommandOutput,
} from '@aws-sdk/client-sagemaker';
import type { Endpoint } from '../core/deployment/deployment.ts';
import type { ShapeObject } from '../core/shapes/shapes.ts';
import type { SageMaker } from '../ports/sagemaker.ts';
import { required, tagList } from './response.ts';
import { type Caller, maskOf } from './call.ts';
import { pendingOf, variantOf } from './endpoint-variants.ts';
import type { Mask } from './redact.ts';

type EndpointCalls = Pick<SageMaker, 'describeEndpoint' | 'createEndpoint' | 'updateEndpoint' | 'deleteEndpoint'>;

export const endpointCalls = (call: Caller): EndpointCalls => ({
  async describeEndpoint(name, options) {
    const mask = maskOf(options);
    return endpointOf(
      await call('DescribeEndpoint', () => new DescribeEndpointCommand({ EndpointName: name }), options, mask),
      mask,
    );
  },

  async createEndpoint({ endpointName, endpointConfigName, tags }, options) {
    const command = () =>
      new CreateEndpointCommand({ EndpointName: endpointName, EndpointConfigName: endpointConfigName, Tags: tagList(tags) });
    await call('CreateEndpoint', command, options);
  },

  /** What autoscaling has made of the live variants' counts is kept, by variant name. */
  async updateEndpoint({ endpointName, endpointConfigName, deploymentConfig, changesDataCapture = false }, options) {
    const command = () =>
      new UpdateEndpointCommand({
        EndpointName: endpointName,
        EndpointConfigName: endpointConfigName,
        RetainAllVariantProperties: true,
        ExcludeRetainedVariantProperties: changesDataCapture ? [{ VariantPropertyType: 'DataCaptureConfig' }] : undefined,
        DeploymentConfig: deploymentConfig,
      });
    await call('UpdateEndpoint', command, options);
  },

  async deleteEndpoint(name, options) {
    await call('DeleteEndpoint', () => new DeleteEndpointCommand({ EndpointName: name }), options);
  },
});

/** While an endpoint is created for the first time, its variants are only in the pending deployment. */
function endpointOf(endpoint: DescribeEndpointCommandOutput, mask: Mask): Endpoint {
  const operation = 'DescribeEndpoint';
  const { PendingDeploymentSummary: pending, ProductionVariants: live = [] } = endpoint;
  const variants = live.length > 0 ? live : (pending?.ProductionVariants ?? []);
  return {
    name: required(endpoint.EndpointName, operation, 'EndpointName'),
    arn: required(endpoint.EndpointArn, operation, 'EndpointArn'),
    status: required(endpoint.EndpointStatus, operation, 'EndpointStatus'),
    endpointConfigName: endpoint.EndpointConfigName ?? null,
    pendingEndpointConfigName: pending?.EndpointConfigName ?? null,
    failureReason: endpoint.FailureReason === undefined ? null : mask(endpoint.FailureReason),
    createdAt: required(endpoint.CreationTime, operation, 'CreationTime').getTime(),
    modifiedAt: required(endpoint.LastModifiedTime, operation, 'LastModifiedTime').getTime(),
    variantNames: variants.flatMap(({ VariantName }) => VariantName ?? []),
    variants: live.map((variant) => variantOf(variant, mask)),
    pendingDeployment: pending === undefined ? null : pendingOf(pending, mask),
    lastDeploymentConfig: (endpoint.LastDeploymentConfig as ShapeObject | undefined) ?? null,
  };
}
