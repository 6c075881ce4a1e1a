import {
  CreateModelCommand,
  DeleteModelCommand,
  DescribeModelCommand,
  type CreateModelCommandInput,
} from '@aws-sdk/client-sagemaker';
import { knownMembers } from '../core/shapes/known-members.ts';
import { secretsOf } from '../core/shapes/redact-shape.ts';
import type { SageMaker } from '../ports/sagemaker.ts';
import { required, tagList } from './response.ts';
import type { Caller } from './call.ts';
import { redactUserValues } from './redact.ts';

export const modelCalls = (call: Caller): Pick<SageMaker, 'createModel' | 'describeModel' | 'deleteModel'> => ({
  async createModel({ name, request, tags }, options) {
    const operation = 'CreateModel';
    const input: CreateModelCommandInput = { ...request, ModelName: name, Tags: tagList(tags) };
    const mask = redactUserValues(secretsOf(request));
    const { ModelArn } = await call(operation, () => new CreateModelCommand(input), options, mask);
    return { arn: required(ModelArn, operation, 'ModelArn') };
  },

  async describeModel(name, options) {
    const operation = 'DescribeModel';
    const model = await call(operation, () => new DescribeModelCommand({ ModelName: name }), options);
    return {
      name: required(model.ModelName, operation, 'ModelName'),
      arn: required(model.ModelArn, operation, 'ModelArn'),
      shape: knownMembers('CreateModel', model),
    };
  },

  async deleteModel(name, options) {
    await call('DeleteModel', () => new DeleteModelCommand({ ModelName: name }), options);
  },
});
