/** SageMaker's operations that the simulator has; any other is an UnknownOperationException. */
export const sagemakerOperations = [
  'CreateTrainingJob',
  'DescribeTrainingJob',
  'StopTrainingJob',
  'ListTrainingJobs',
  'Search',
  'CreateModel',
  'DescribeModel',
  'DeleteModel',
  'ListModels',
  'CreateEndpointConfig',
  'DescribeEndpointConfig',
  'DeleteEndpointConfig',
  'ListEndpointConfigs',
  'CreateEndpoint',
  'UpdateEndpoint',
  'UpdateEndpointWeightsAndCapacities',
  'DescribeEndpoint',
  'DeleteEndpoint',
  'ListEndpoints',
  'AddTags',
  'ListTags',
  'DeleteTags',
] as const;

/** Those of Application Auto Scaling, for the namespace `sagemaker`. */
export const autoscalingOperations = [
  'RegisterScalableTarget',
  'DescribeScalableTargets',
  'DeregisterScalableTarget',
  'PutScalingPolicy',
  'DescribeScalingPolicies',
  'DeleteScalingPolicy',
  'PutScheduledAction',
  'DescribeScheduledActions',
  'DeleteScheduledAction',
] as const;

/** No two services share the name of an operation here. */
export const operations = [...sagemakerOperations, ...autoscalingOperations] as const;

export type Operation = (typeof operations)[number];

export type Service = 'sagemaker' | 'application-autoscaling';

export const serviceOf = (operation: Operation): Service =>
  (autoscalingOperations as readonly string[]).includes(operation) ? 'application-autoscaling' : 'sagemaker';

export const isOperation = (name: string): name is Operation => (operations as readonly string[]).includes(name);
