import type { SageMaker } from '@aws-sdk/client-sagemaker';
import { expect, test } from 'vitest';
import { invalid, refusal, role, startSimulator, training } from './harness.ts';

const failed = (...faults: string[]): string =>
  `${faults.length} validation error${faults.length > 1 ? 's' : ''} detected: ${faults.join('; ')}`;
const broken = (value: string, path: string, constraint: string): string =>
  `Value ${value} at '${path}' failed to satisfy constraint: ${constraint}`;

const namePattern = 'Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}';

const cases: [string, (sagemaker: SageMaker) => Promise<unknown>, string][] = [
  [
    'a name with an underscore',
    (s) => s.createTrainingJob(training('a_b')),
    failed(broken("'a_b'", 'trainingJobName', namePattern)),
  ],
  [
    'a name that ends with a hyphen',
    (s) => s.describeEndpoint({ EndpointName: 'a-' }),
    failed(broken("'a-'", 'endpointName', namePattern)),
  ],
  [
    'a name of 64 characters',
    (s) => s.createTrainingJob(training('a'.repeat(64))),
    failed(
      broken(`'${'a'.repeat(64)}'`, 'trainingJobName', 'Member must have length less than or equal to 63'),
      broken(`'${'a'.repeat(64)}'`, 'trainingJobName', namePattern),
    ),
  ],
  [
    'no role, and no output',
    (s) => s.createTrainingJob(training('a', { RoleArn: undefined, OutputDataConfig: undefined })),
    failed(broken('null', 'roleArn', 'Member must not be null'), broken('null', 'outputDataConfig', 'Member must not be null')),
  ],
  [
    'what an ordinary training needs although the model calls it optional',
    (s) =>
      s.createTrainingJob(
        training('a', { AlgorithmSpecification: undefined, ResourceConfig: undefined, StoppingCondition: undefined }),
      ),
    failed(
      broken('null', 'algorithmSpecification', 'Member must not be null'),
      broken('null', 'resourceConfig', 'Member must not be null'),
      broken('null', 'stoppingCondition', 'Member must not be null'),
    ),
  ],
  [
    'no instances',
    (s) =>
      s.createTrainingJob(
        training('a', { ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 0, VolumeSizeInGB: 1 } }),
      ),
    failed(broken("'0'", 'resourceConfig.instanceCount', 'Member must have value greater than or equal to 1')),
  ],
  [
    'a runtime of more than 28 days',
    (s) => s.createTrainingJob(training('a', { StoppingCondition: { MaxRuntimeInSeconds: 2_419_201 } })),
    failed(broken("'2419201'", 'stoppingCondition.maxRuntimeInSeconds', 'Member must have value less than or equal to 2419200')),
  ],
  [
    'an S3 path that is none',
    (s) => s.createTrainingJob(training('a', { OutputDataConfig: { S3OutputPath: '/tmp' } })),
    failed(
      broken(
        "'/tmp'",
        'outputDataConfig.s3OutputPath',
        'Member must satisfy regular expression pattern: (https|s3)://([^/]+)/?(.*)',
      ),
    ),
  ],
  [
    'a hyperparameter of more than one line',
    (s) => s.createTrainingJob(training('a', { HyperParameters: { rate: '1\n2' } })),
    failed(
      broken(
        "'{rate=1\n2}'",
        'hyperParameters',
        'Map value must satisfy constraint: [Member must satisfy regular expression pattern: .*]',
      ),
    ),
  ],
  [
    'an environment variable with a bad name',
    (s) =>
      s.createModel({ ModelName: 'a', ExecutionRoleArn: role, PrimaryContainer: { Image: 'i', Environment: { '1A': 'x' } } }),
    failed(
      broken(
        "'{1A=x}'",
        'primaryContainer.environment',
        'Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z_][a-zA-Z0-9_]*]',
      ),
    ),
  ],
  [
    'a page of 101',
    (s) => s.listTrainingJobs({ MaxResults: 101 }),
    failed(broken("'101'", 'maxResults', 'Member must have value less than or equal to 100')),
  ],
  [
    'a sort order that is none',
    (s) => s.listTrainingJobs({ SortOrder: 'Up' as 'Ascending' }),
    failed(broken("'Up'", 'sortOrder', 'Member must satisfy enum value set: [Ascending, Descending]')),
  ],
  [
    'an endpoint configuration without variants',
    (s) => s.createEndpointConfig({ EndpointConfigName: 'a', ProductionVariants: [] }),
    failed(broken("'[]'", 'productionVariants', 'Member must have length greater than or equal to 1')),
  ],
  [
    'a variant without model, type and count',
    (s) => s.createEndpointConfig({ EndpointConfigName: 'a', ProductionVariants: [{ VariantName: 'v' }] }),
    failed(
      ...['modelName', 'instanceType', 'initialInstanceCount'].map((member) =>
        broken('null', `productionVariants.1.member.${member}`, 'Member must not be null'),
      ),
    ),
  ],
  [
    'a tag without a value',
    (s) => s.createTrainingJob(training('a', { Tags: [{ Key: 'a', Value: undefined }] })),
    failed(broken('null', 'tags.1.member.value', 'Member must not be null')),
  ],
  [
    'a tag that comes twice',
    (s) =>
      s.createTrainingJob(
        training('a', {
          Tags: [
            { Key: 'a', Value: '1' },
            { Key: 'a', Value: '2' },
          ],
        }),
      ),
    'Duplicate tag keys found: a',
  ],
  [
    'a reserved tag',
    (s) => s.createTrainingJob(training('a', { Tags: [{ Key: 'aws:a', Value: '1' }] })),
    'aws: prefixed tag key names are not allowed for external use.',
  ],
  [
    'a wait time without spot training',
    (s) => s.createTrainingJob(training('a', { StoppingCondition: { MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 60 } })),
    'Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true',
  ],
  [
    'spot training that waits less than it runs',
    (s) =>
      s.createTrainingJob(
        training('a', {
          EnableManagedSpotTraining: true,
          StoppingCondition: { MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 59 },
        }),
      ),
    'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds',
  ],
];

test.each(cases)('%s is refused', async (_case, call, message) => {
  const { sagemaker, simulator } = await startSimulator();
  expect(await refusal(call(sagemaker))).toEqual(invalid(message));
  expect(simulator.effects()).toEqual([]);
});

test('an instance type that SageMaker does not have is refused with those that it has', async () => {
  const { sagemaker } = await startSimulator();
  const ResourceConfig = { InstanceType: 'ml.t9.tiny' as 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 1 };
  const { name, message } = await refusal(sagemaker.createTrainingJob(training('a', { ResourceConfig })));
  expect(name).toBe('ValidationException');
  expect(message).toMatch(/Value 'ml.t9.tiny' at 'resourceConfig.instanceType' .* enum value set: \[.*ml.m5.xlarge, .*\]$/);
});

test('spot training that may wait as long as it runs is accepted', async () => {
  const { sagemaker } = await startSimulator();
  const StoppingCondition = { MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 60 };
  await sagemaker.createTrainingJob(training('spot', { EnableManagedSpotTraining: true, StoppingCondition }));
  expect(await sagemaker.describeTrainingJob({ TrainingJobName: 'spot' })).toMatchObject({
    EnableManagedSpotTraining: true,
    StoppingCondition,
  });
});
