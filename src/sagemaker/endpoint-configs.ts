import {
  CreateEndpointConfigCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
} from '@aws-sdk/client-sagemaker';
import { knownMembers } from '../core/shapes/known-members.ts';
import type { SageMaker } from '../ports/sagemaker.ts';
import { required, tagList } from './response.ts';
import type { Caller } from './call.ts';

type EndpointConfigCalls = Pick<SageMaker, 'createEndpointConfig' | 'describeEndpointConfig' | 'deleteEndpointConfig'>;

export const endpointConfigCalls = (call: Caller): EndpointConfigCalls => ({
  async createEndpointConfig({ name, request, tags }, options) {
    const operation = 'CreateEndpointConfig';
    const input: CreateEndpointConfigCommandInput = {
      ...request,
      EndpointConfigName: name,
      ProductionVariants: request['ProductionVariants'] as CreateEndpointConfigCommandInput['ProductionVariants'],
      Tags: tagList(tags),
    };
    const { EndpointConfigArn } = await call(operation, () => new CreateEndpointConfigCommand(input), options);
    return { arn: required(EndpointConfigArn, operation, 'EndpointConfigArn') };
  },

  async describeEndpointConfig(name, options) {
    const operation = 'DescribeEndpointConfig';
    const config = await call(operation, () => new DescribeEndpointConfigCommand({ EndpointConfigName: name }), options);
    return {
      name: required(config.EndpointConfigName, operation, 'EndpointConfigName'),
      arn: required(config.EndpointConfigArn, operation, 'EndpointConfigArn'),
      shape: knownMembers('CreateEndpointConfig', config),
    };
  },

  async deleteEndpointConfig(name, options) {
    const command = () => new DeleteEndpointConfigCommand({ EndpointConfigName: name });
    await call('DeleteEndpointConfig', command, options);
  },
});
