/** What the stand-in answers to; everything else is an UnknownOperationException. */
export const operations = [
  'CreateTrainingJob',
  'DescribeTrainingJob',
  'StopTrainingJob',
  'ListTrainingJobs',
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
] as const;

export type Operation = (typeof operations)[number];

export const isOperation = (name: string): name is Operation => (operations as readonly string[]).includes(name);
