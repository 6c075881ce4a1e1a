import type { Call, Output } from './call.ts';
import { createEndpointConfig } from './endpoint-configs/create-endpoint-config.ts';
import { deleteEndpointConfig, describeEndpointConfig, listEndpointConfigs } from './endpoint-configs/endpoint-config.ts';
import { createEndpoint } from './endpoints/create-endpoint.ts';
import { deleteEndpoint } from './endpoints/delete-endpoint.ts';
import { describeEndpoint, listEndpoints } from './endpoints/describe-endpoint.ts';
import { updateEndpoint } from './endpoints/update-endpoint.ts';
import { updateEndpointWeightsAndCapacities } from './endpoints/update-weights-and-capacities.ts';
import { createModel } from './models/create-model.ts';
import { deleteModel, describeModel, listModels } from './models/model.ts';
import type { Operation } from './operations.ts';
import { addTags, listTags } from './tags/tag-operations.ts';
import { createTrainingJob } from './training/create-training-job.ts';
import { describeTrainingJob } from './training/describe-training-job.ts';
import { listTrainingJobs } from './training/list-training-jobs.ts';
import { stopTrainingJob } from './training/stop-training-job.ts';
import { validateInput } from './validation/validate-input.ts';

type Handle = (input: unknown, call: Call) => Output;

/** Lets an operation see only inputs that its API model allows; that is what makes the type of its input true. */
function validated<Input>(operation: Operation, handle: (input: Input, call: Call) => Output): Handle {
  return (input, call) => {
    validateInput(operation, input);
    return handle(input as Input, call);
  };
}

export const handlers: Record<Operation, Handle> = {
  CreateTrainingJob: validated('CreateTrainingJob', createTrainingJob),
  DescribeTrainingJob: validated('DescribeTrainingJob', describeTrainingJob),
  StopTrainingJob: validated('StopTrainingJob', stopTrainingJob),
  ListTrainingJobs: validated('ListTrainingJobs', listTrainingJobs),
  CreateModel: validated('CreateModel', createModel),
  DescribeModel: validated('DescribeModel', describeModel),
  DeleteModel: validated('DeleteModel', deleteModel),
  ListModels: validated('ListModels', listModels),
  CreateEndpointConfig: validated('CreateEndpointConfig', createEndpointConfig),
  DescribeEndpointConfig: validated('DescribeEndpointConfig', describeEndpointConfig),
  DeleteEndpointConfig: validated('DeleteEndpointConfig', deleteEndpointConfig),
  ListEndpointConfigs: validated('ListEndpointConfigs', listEndpointConfigs),
  CreateEndpoint: validated('CreateEndpoint', createEndpoint),
  UpdateEndpoint: validated('UpdateEndpoint', updateEndpoint),
  UpdateEndpointWeightsAndCapacities: validated('UpdateEndpointWeightsAndCapacities', updateEndpointWeightsAndCapacities),
  DescribeEndpoint: validated('DescribeEndpoint', describeEndpoint),
  DeleteEndpoint: validated('DeleteEndpoint', deleteEndpoint),
  ListEndpoints: validated('ListEndpoints', listEndpoints),
  AddTags: validated('AddTags', addTags),
  ListTags: validated('ListTags', listTags),
};
