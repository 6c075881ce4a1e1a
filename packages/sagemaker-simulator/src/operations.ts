/** The operations that the simulator has; any other is an UnknownOperationException. */
export const operations = [
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

export type Operation = (typeof operations)[number];

export const isOperation = (name: string): name is Operation => (operations as readonly string[]).includes(name);
