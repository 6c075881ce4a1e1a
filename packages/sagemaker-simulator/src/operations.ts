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

/** Those of CloudWatch, for alarms. */
export const cloudWatchOperations = [
  'PutMetricAlarm',
  'PutCompositeAlarm',
  'DescribeAlarms',
  'DeleteAlarms',
  'SetAlarmState',
] as const;

/** Those of SageMaker's runtime. */
export const runtimeOperations = ['InvokeEndpoint'] as const;

/** No two services share the name of an operation here. */
export const operations = [
  ...sagemakerOperations,
  ...autoscalingOperations,
  ...cloudWatchOperations,
  ...runtimeOperations,
] as const;

export type Operation = (typeof operations)[number];

const operationsOf = {
  sagemaker: sagemakerOperations,
  'application-autoscaling': autoscalingOperations,
  cloudwatch: cloudWatchOperations,
  'sagemaker-runtime': runtimeOperations,
} as const satisfies Record<string, readonly Operation[]>;

export type Service = keyof typeof operationsOf;

export const isOperationOf = (service: Service, name: string): name is Operation =>
  (operationsOf[service] as readonly string[]).includes(name);
