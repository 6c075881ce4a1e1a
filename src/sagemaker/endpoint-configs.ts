import {
  CreateEndpointConfigCommand,
  DescribeEndpointConfigCommand,
  type ProductionVariant as SageMakerVariant,
  type ProductionVariantInstanceType,
} from '@aws-sdk/client-sagemaker';
import type { ProductionVariant } from '../core/deployment/deployment.ts';
import type { SageMaker } from '../ports/sagemaker.ts';
import { required, tagList } from './response.ts';
import type { Caller } from './call.ts';

export const endpointConfigCalls = (call: Caller): Pick<SageMaker, 'createEndpointConfig' | 'describeEndpointConfig'> => ({
  async createEndpointConfig({ name, variant, tags }, options) {
    const operation = 'CreateEndpointConfig';
    const command = () =>
      new CreateEndpointConfigCommand({
        EndpointConfigName: name,
        ProductionVariants: [
          {
            VariantName: variant.variantName,
            ModelName: variant.modelName,
            InstanceType: variant.instanceType as ProductionVariantInstanceType,
            InitialInstanceCount: variant.instanceCount,
            InitialVariantWeight: 1,
          },
        ],
        Tags: tagList(tags),
      });
    const { EndpointConfigArn } = await call(operation, command, options);
    return { arn: required(EndpointConfigArn, operation, 'EndpointConfigArn') };
  },

  async describeEndpointConfig(name, options) {
    const operation = 'DescribeEndpointConfig';
    const config = await call(operation, () => new DescribeEndpointConfigCommand({ EndpointConfigName: name }), options);
    return {
      name: required(config.EndpointConfigName, operation, 'EndpointConfigName'),
      arn: required(config.EndpointConfigArn, operation, 'EndpointConfigArn'),
      variants: (config.ProductionVariants ?? []).map(variantOf),
    };
  },
});

/** What a variant of another client lacks (a serverless one has no instances) is empty, and equals none of this service's. */
const variantOf = (variant: SageMakerVariant): ProductionVariant => ({
  variantName: variant.VariantName ?? '',
  modelName: variant.ModelName ?? '',
  instanceType: variant.InstanceType ?? '',
  instanceCount: variant.InitialInstanceCount ?? 0,
});
