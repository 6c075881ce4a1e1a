import { addTags } from './actions/add-tags.ts';
import { createEndpoint } from './actions/create-endpoint.ts';
import { createEndpointConfig } from './actions/create-endpoint-config.ts';
import { createModel } from './actions/create-model.ts';
import { createTrainingJob } from './actions/create-training-job.ts';
import { deleteEndpoint } from './actions/delete-endpoint.ts';
import { deleteEndpointConfig } from './actions/delete-endpoint-config.ts';
import { deleteModel } from './actions/delete-model.ts';
import { deleteTags } from './actions/delete-tags.ts';
import { describeEndpoint } from './actions/describe-endpoint.ts';
import { describeEndpointConfig } from './actions/describe-endpoint-config.ts';
import { describeModel } from './actions/describe-model.ts';
import { describeTrainingJob } from './actions/describe-training-job.ts';
import { listEndpointConfigs } from './actions/list-endpoint-configs.ts';
import { listEndpoints } from './actions/list-endpoints.ts';
import { listModels } from './actions/list-models.ts';
import { listTags } from './actions/list-tags.ts';
import { listTrainingJobs } from './actions/list-training-jobs.ts';
import { search } from './actions/search.ts';
import { stopTrainingJob } from './actions/stop-training-job.ts';
import { updateEndpoint } from './actions/update-endpoint.ts';
import { updateEndpointWeightsAndCapacities } from './actions/update-endpoint-weights-and-capacities.ts';
import type { Call, Output } from './call.ts';
import type { Operation } from './operations.ts';
import { validateInput } from './validation/validate-input.ts';

type Action = (input: unknown, call: Call) => Output;

/** Lets an action see only inputs that the API model allows, which makes the type of its input true. */
function validated<Input>(operation: Operation, action: (input: Input, call: Call) => Output): Action {
  return (input, call) => {
    validateInput(operation, input);
    return action(input as Input, call);
  };
}

/** What each operation does. The type holds the list complete, `test/actions.test.ts` holds one file to each operation. */
export const actions: Record<Operation, Action> = {
  CreateTrainingJob: validated('CreateTrainingJob', createTrainingJob),
  DescribeTrainingJob: validated('DescribeTrainingJob', describeTrainingJob),
  StopTrainingJob: validated('StopTrainingJob', stopTrainingJob),
  ListTrainingJobs: validated('ListTrainingJobs', listTrainingJobs),
  Search: validated('Search', search),
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
  DeleteTags: validated('DeleteTags', deleteTags),
};
