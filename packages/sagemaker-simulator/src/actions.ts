import { addTags } from './actions/add-tags.ts';
import { createEndpointConfig } from './actions/create-endpoint-config.ts';
import { createEndpoint } from './actions/create-endpoint.ts';
import { createModel } from './actions/create-model.ts';
import { createTrainingJob } from './actions/create-training-job.ts';
import { deleteAlarms } from './actions/delete-alarms.ts';
import { deleteEndpointConfig } from './actions/delete-endpoint-config.ts';
import { deleteEndpoint } from './actions/delete-endpoint.ts';
import { deleteModel } from './actions/delete-model.ts';
import { deleteScalingPolicy } from './actions/delete-scaling-policy.ts';
import { deleteScheduledAction } from './actions/delete-scheduled-action.ts';
import { deleteTags } from './actions/delete-tags.ts';
import { deregisterScalableTarget } from './actions/deregister-scalable-target.ts';
import { describeAlarms } from './actions/describe-alarms.ts';
import { describeEndpointConfig } from './actions/describe-endpoint-config.ts';
import { describeEndpoint } from './actions/describe-endpoint.ts';
import { describeModel } from './actions/describe-model.ts';
import { describeScalableTargets } from './actions/describe-scalable-targets.ts';
import { describeScalingPolicies } from './actions/describe-scaling-policies.ts';
import { describeScheduledActions } from './actions/describe-scheduled-actions.ts';
import { describeTrainingJob } from './actions/describe-training-job.ts';
import { invokeEndpoint, type InvokeInput } from './actions/invoke-endpoint.ts';
import { listEndpointConfigs } from './actions/list-endpoint-configs.ts';
import { listEndpoints } from './actions/list-endpoints.ts';
import { listModels } from './actions/list-models.ts';
import { listTags } from './actions/list-tags.ts';
import { listTrainingJobs } from './actions/list-training-jobs.ts';
import { putCompositeAlarm } from './actions/put-composite-alarm.ts';
import { putMetricAlarm } from './actions/put-metric-alarm.ts';
import { putScalingPolicy } from './actions/put-scaling-policy.ts';
import { putScheduledAction } from './actions/put-scheduled-action.ts';
import { registerScalableTarget } from './actions/register-scalable-target.ts';
import { search } from './actions/search.ts';
import { setAlarmState } from './actions/set-alarm-state.ts';
import { stopTrainingJob } from './actions/stop-training-job.ts';
import { updateEndpointWeightsAndCapacities } from './actions/update-endpoint-weights-and-capacities.ts';
import { updateEndpoint } from './actions/update-endpoint.ts';
import type { Call, Output } from './call.ts';
import type { Operation } from './operations.ts';
import { keepKnownMembers } from './validation/known-members.ts';
import { validateInput } from './validation/validate-input.ts';

type Action = (input: unknown, call: Call) => Output | Promise<Output>;

/** Lets an action see only inputs that the API model allows, and of them what it has: that makes the type of its input true. */
function validated<Input>(operation: Operation, action: (input: Input, call: Call) => Output): Action {
  return (input, call) => {
    validateInput(operation, input);
    return action(keepKnownMembers(operation, input) as Input, call);
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
  RegisterScalableTarget: validated('RegisterScalableTarget', registerScalableTarget),
  DescribeScalableTargets: validated('DescribeScalableTargets', describeScalableTargets),
  DeregisterScalableTarget: validated('DeregisterScalableTarget', deregisterScalableTarget),
  PutScalingPolicy: validated('PutScalingPolicy', putScalingPolicy),
  DescribeScalingPolicies: validated('DescribeScalingPolicies', describeScalingPolicies),
  DeleteScalingPolicy: validated('DeleteScalingPolicy', deleteScalingPolicy),
  PutScheduledAction: validated('PutScheduledAction', putScheduledAction),
  DescribeScheduledActions: validated('DescribeScheduledActions', describeScheduledActions),
  DeleteScheduledAction: validated('DeleteScheduledAction', deleteScheduledAction),
  PutMetricAlarm: validated('PutMetricAlarm', putMetricAlarm),
  PutCompositeAlarm: validated('PutCompositeAlarm', putCompositeAlarm),
  DescribeAlarms: validated('DescribeAlarms', describeAlarms),
  DeleteAlarms: validated('DeleteAlarms', deleteAlarms),
  SetAlarmState: validated('SetAlarmState', setAlarmState),
  // Its input is made of a path, headers and a body, which are checked where they are read.
  InvokeEndpoint: (input, call) => invokeEndpoint(input as InvokeInput, call),
};
