import { CreateModelCommand, DescribeModelCommand } from '@aws-sdk/client-sagemaker';
import type { SageMaker } from '../ports/sagemaker.ts';
import { required, tagList } from './response.ts';
import type { Caller } from './call.ts';

export const modelCalls = (call: Caller): Pick<SageMaker, 'createModel' | 'describeModel'> => ({
  async createModel({ name, image, modelDataUrl, roleArn, tags }, options) {
    const operation = 'CreateModel';
    const command = () =>
      new CreateModelCommand({
        ModelName: name,
        PrimaryContainer: { Image: image, ModelDataUrl: modelDataUrl },
        ExecutionRoleArn: roleArn,
        Tags: tagList(tags),
      });
    const { ModelArn } = await call(operation, command, options);
    return { arn: required(ModelArn, operation, 'ModelArn') };
  },

  async describeModel(name, options) {
    const operation = 'DescribeModel';
    const model = await call(operation, () => new DescribeModelCommand({ ModelName: name }), options);
    return {
      name: required(model.ModelName, operation, 'ModelName'),
      arn: required(model.ModelArn, operation, 'ModelArn'),
      image: model.PrimaryContainer?.Image ?? null,
      modelDataUrl: model.PrimaryContainer?.ModelDataUrl ?? null,
      roleArn: model.ExecutionRoleArn ?? null,
    };
  },
});
