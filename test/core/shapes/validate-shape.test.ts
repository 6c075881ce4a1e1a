import { describe, expect, it } from 'vitest';
import { checkString } from '../../../src/core/shapes/check-value.ts';
import { validateShape } from '../../../src/core/shapes/validate-shape.ts';
import type { ShapedOperation } from '../../../src/core/shapes/shapes.ts';
import { takeTrainingJobName } from '../../../src/core/shapes/training-job-name.ts';

const paths: Readonly<Record<ShapedOperation, string>> = {
  CreateTrainingJob: 'create_training_job',
  CreateModel: 'create_model',
  CreateEndpointConfig: 'create_endpoint_config',
};

const issues = (operation: ShapedOperation, value: unknown): string[] =>
  validateShape(operation, value, paths[operation]).map(({ field, detail }) => `${field} ${detail}`);
const training = (value: unknown): string[] => issues('CreateTrainingJob', value);
const model = (value: unknown): string[] => issues('CreateModel', value);
const configuration = (value: unknown): string[] => issues('CreateEndpointConfig', value);

/** As in AWS's documentation of the command line. */
const everything = {
  training: {
    TrainingJobName: 'nightly-42',
    AlgorithmSpecification: {
      TrainingImage: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/train:1',
      TrainingInputMode: 'FastFile',
      MetricDefinitions: [{ Name: 'validation:accuracy', Regex: 'acc=([0-9.]+)' }],
    },
    RoleArn: 'arn:aws:iam::111122223333:role/service-role/Train',
    InputDataConfig: [
      { ChannelName: 'train', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://bucket/train/' } } },
      {
        ChannelName: 'validation',
        DataSource: {
          FileSystemDataSource: {
            FileSystemId: 'fs-0123abcd',
            FileSystemType: 'EFS',
            FileSystemAccessMode: 'ro',
            DirectoryPath: '/data',
          },
        },
      },
    ],
    OutputDataConfig: { S3OutputPath: 's3://bucket/out/', KmsKeyId: 'alias/training', CompressionType: 'NONE' },
    ResourceConfig: { InstanceType: 'ml.p5.48xlarge', InstanceCount: 2, VolumeSizeInGB: 100, KeepAlivePeriodInSeconds: 600 },
    StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200 },
    VpcConfig: { SecurityGroupIds: ['sg-0abc'], Subnets: ['subnet-0abc', 'subnet-1abc'] },
    EnableManagedSpotTraining: true,
    CheckpointConfig: { S3Uri: 's3://bucket/checkpoints/' },
    HyperParameters: { epochs: '3', 'learning-rate': '1e-4' },
    Environment: { LOG_LEVEL: 'debug' },
    RetryStrategy: { MaximumRetryAttempts: 30 },
    Tags: [{ Key: 'team', Value: 'search' }],
  },
  model: {
    PrimaryContainer: {
      Environment: { WORKERS: '4', LINES: 'a\nb' },
      ModelDataSource: { S3DataSource: { S3DataType: 'S3Prefix', CompressionType: 'None' } },
    },
    EnableNetworkIsolation: true,
    VpcConfig: { SecurityGroupIds: ['sg-0abc'], Subnets: ['subnet-0abc'] },
  },
  configuration: {
    ProductionVariants: [
      { VariantName: 'AllTraffic', InstanceType: 'ml.m5.xlarge', InitialInstanceCount: 2, InitialVariantWeight: 0.5 },
    ],
    DataCaptureConfig: {
      InitialSamplingPercentage: 100,
      DestinationS3Uri: 's3://bucket/capture',
      CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
    },
    AsyncInferenceConfig: { OutputConfig: { S3OutputPath: 's3://bucket/async' } },
    KmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/0aaa',
  },
};

describe('takeTrainingJobName', () => {
  it('returns the name that the caller wishes, and the layer without it', () => {
    expect(takeTrainingJobName({ TrainingJobName: 'mine', RoleArn: 'a' })).toEqual({ name: 'mine', layer: { RoleArn: 'a' } });
    expect(takeTrainingJobName({ TrainingJobName: null })).toEqual({ name: null, layer: {} });
    expect(takeTrainingJobName({})).toEqual({ name: null, layer: {} });
  });
});

describe('validateShape', () => {
  it('accepts what the AWS command line takes', () => {
    expect(training(everything.training)).toEqual([]);
    expect(model(everything.model)).toEqual([]);
    expect(configuration(everything.configuration)).toEqual([]);
  });

  it('requires nothing of a layer, and accepts null for a member to take away', () => {
    expect(training({})).toEqual([]);
    expect(training({ VpcConfig: null, HyperParameters: { epochs: null }, ResourceConfig: { InstanceCount: null } })).toEqual([]);
    expect(
      training({ Tags: [{ Key: 'team', Value: null }], InputDataConfig: [{ ChannelName: 'train', DataSource: null }] }),
    ).toEqual([]);
    expect(configuration({ ProductionVariants: [{ ServerlessConfig: null }] })).toEqual([]);
  });

  it('says what an unknown member was meant to be', () => {
    expect(training({ VpcConfg: {} })).toEqual(['create_training_job.VpcConfg is not a known member; did you mean VpcConfig?']);
    expect(training({ vpc_config: {} })).toEqual([
      'create_training_job.vpc_config is not a known member; did you mean VpcConfig?',
    ]);
    expect(training({ hyperParameters: {} })[0]).toContain('did you mean HyperParameters?');
    expect(training({ Tag: [] })[0]).toContain('did you mean Tags?');
    expect(training({ VpcConfig: { subnets: [] } })).toEqual([
      'create_training_job.VpcConfig.subnets is not a known member; did you mean Subnets?',
    ]);
    expect(training({ MaxRuntimeInSeconds: 60 })).toEqual([
      'create_training_job.MaxRuntimeInSeconds is not a known member; did you mean create_training_job.StoppingCondition.MaxRuntimeInSeconds?',
    ]);
    expect(configuration({ instance_type: 'ml.m5.large' })[0]).toContain(
      'did you mean create_endpoint_config.ProductionVariants[0].InstanceType?',
    );
    expect(training({ Nonsense: 1 })).toEqual(['create_training_job.Nonsense is not a known member']);
  });

  it('refuses a wrong type, wherever it is', () => {
    expect(training({ VpcConfig: { Subnets: 'subnet-0abc' } })).toEqual([
      'create_training_job.VpcConfig.Subnets must be an array',
    ]);
    expect(training({ VpcConfig: { Subnets: [7] } })).toEqual([
      'create_training_job.VpcConfig.Subnets[0] must be a string: write it in quotes',
    ]);
    expect(training({ VpcConfig: [] })).toEqual(['create_training_job.VpcConfig must be an object']);
    expect(training({ EnableManagedSpotTraining: 'true' })).toEqual([
      'create_training_job.EnableManagedSpotTraining must be true or false',
    ]);
    expect(training({ ResourceConfig: { InstanceCount: '2' } })).toEqual([
      'create_training_job.ResourceConfig.InstanceCount must be an integer',
    ]);
    expect(training({ ResourceConfig: { InstanceCount: 1.5 } })[0]).toContain('must be an integer');
    expect(training({ HyperParameters: { epochs: 3 } })).toEqual([
      'create_training_job.HyperParameters.epochs must be a string: write it in quotes',
    ]);
    expect(configuration({ ProductionVariants: [null] })).toEqual([
      'create_endpoint_config.ProductionVariants[0] must be an object',
    ]);
    for (const value of [null, undefined, 'x', 1, []]) expect(training(value)).toEqual(['create_training_job must be an object']);
  });

  it('refuses what is outside the bounds of SageMaker', () => {
    const sixGroups = Array.from({ length: 6 }, (_, index) => `sg-${index}`);
    expect(training({ VpcConfig: { SecurityGroupIds: sixGroups, Subnets: [] } })).toEqual([
      'create_training_job.VpcConfig.SecurityGroupIds must have at most 5 entries',
      'create_training_job.VpcConfig.Subnets must have at least 1 entry',
    ]);
    expect(training({ RetryStrategy: { MaximumRetryAttempts: 31 } })[0]).toContain('must be at most 30');
    expect(training({ StoppingCondition: { MaxRuntimeInSeconds: 0 } })[0]).toContain('must be at least 1');
    expect(training({ StoppingCondition: { MaxRuntimeInSeconds: 2 ** 31 } })[0]).toContain('must be at most 2147483647');
    expect(training({ Environment: { LONG: 'x'.repeat(513) } })).toEqual([
      'create_training_job.Environment.LONG must be at most 512 characters long',
    ]);
    expect(configuration({ DataCaptureConfig: { InitialSamplingPercentage: 101 } })[0]).toContain('must be at most 100');
    expect(configuration({ ProductionVariants: [{ InitialVariantWeight: -0.1 }] })[0]).toContain('must be at least 0');
    expect(training({ HyperParameters: Object.fromEntries(Array.from({ length: 101 }, (_, key) => [`k${key}`, ''])) })).toEqual([
      'create_training_job.HyperParameters must have at most 100 entries',
    ]);
  });

  it('counts characters, of which one may be two units of JavaScript', () => {
    const smile = '\u{1F600}';
    expect(training({ Environment: { FITS: smile.repeat(512) } })).toEqual([]);
    expect(checkString({ type: 'string', min: 2 }, smile)).toBe('must be at least 2 characters long');
    expect(training({ Environment: { LONG: smile.repeat(513) } })[0]).toContain('must be at most 512 characters long');
    expect(training({ Environment: { LONG: 'x'.repeat(1025) } })[0]).toContain('must be at most 512 characters long');
  });

  it('says in words what a pattern wants, and matches the whole value', () => {
    expect(training({ RoleArn: 'arn:aws:iam::111122223333:user/Train' })).toEqual([
      'create_training_job.RoleArn must be the ARN of a role such as arn:aws:iam::111122223333:role/NAME',
    ]);
    expect(training({ OutputDataConfig: { S3OutputPath: 'bucket/out' } })[0]).toContain(
      'must be an address such as s3://bucket/prefix',
    );
    expect(training({ VpcConfig: { Subnets: ['subnet-0abc '] } })[0]).toMatch(
      /^create_training_job\.VpcConfig\.Subnets\[0\] must be letters/,
    );
    expect(training({ ResourceConfig: { InstanceType: 'm5.xlarge' } })[0]).toContain(
      'must be an instance type such as ml.m5.xlarge',
    );
    expect(model({ PrimaryContainer: { Image: 'my image' } })[0]).toContain('must have no white space');
    expect(training({ TrainingJobName: 'nightly-' })[0]).toContain('letters, digits and inner hyphens');
  });

  it('accepts a value that an enumeration may have by now, and no other spelling of one that it has', () => {
    expect(training({ ResourceConfig: { InstanceType: 'ml.p9.1000xlarge' } })).toEqual([]);
    expect(training({ AlgorithmSpecification: { TrainingInputMode: 'QuantumFile' } })).toEqual([]);
    expect(training({ AlgorithmSpecification: { TrainingInputMode: 'fast_file' } })).toEqual([
      'create_training_job.AlgorithmSpecification.TrainingInputMode must be written FastFile',
    ]);
    expect(training({ AlgorithmSpecification: { TrainingInputMode: 'Fast File!' } })).toEqual([
      'create_training_job.AlgorithmSpecification.TrainingInputMode must be one of Pipe, File, FastFile',
    ]);
    expect(training({ AlgorithmSpecification: { TrainingInputMode: '' } })).toHaveLength(1);
  });

  it('leaves names to the service, but for the name of the training job', () => {
    expect(model({ ModelName: 'mine' })).toEqual([
      'create_model.ModelName follows from the training job and the content of the model; leave it out',
    ]);
    expect(configuration({ EndpointConfigName: 'mine', ProductionVariants: [{ ModelName: 'mine' }] })).toEqual([
      'create_endpoint_config.EndpointConfigName follows from the training job and the content of the configuration; leave it out',
      'create_endpoint_config.ProductionVariants[0].ModelName follows from the training job and the content of the model; leave it out',
    ]);
    expect(training({ TrainingJobName: 'mine' })).toEqual([]);
    expect(configuration({ ShadowProductionVariants: [{ ModelName: 'shadow' }] })).toEqual([]);
    expect(configuration({ ProductionVariants: [{ VariantName: 'a' }, { VariantName: 'b' }] })).toEqual([
      'create_endpoint_config.ProductionVariants must have 1 entry: one model is deployed',
    ]);
  });

  it('refuses tags that belong to the service or to AWS, and more than leave room for the tags of the service', () => {
    expect(
      training({
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'Autodeploy:run-id', Value: 'x' },
        ],
      }),
    ).toEqual(['create_training_job.Tags[1].Key must not begin with autodeploy:']);
    expect(model({ Tags: [{ Key: 'aws:x', Value: '' }] })).toEqual(['create_model.Tags[0].Key must not begin with aws:']);
    const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    expect(training({ Tags: tags(40) })).toEqual([]);
    expect(training({ Tags: tags(41) })).toEqual(['create_training_job.Tags must have at most 40 entries']);
    expect(training({ Tags: tags(51) })).toHaveLength(1);
  });

  it('refuses entries that cannot be merged: without their key, or with that of another', () => {
    expect(training({ Tags: [{ Value: 'a' }], InputDataConfig: [{ ChannelName: null }] })).toEqual([
      'create_training_job.Tags[0].Key is required',
      'create_training_job.InputDataConfig[0].ChannelName is required',
    ]);
    expect(
      training({
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
      }),
    ).toEqual(['create_training_job.Tags[1].Key is the same as that of create_training_job.Tags[0]']);
  });

  it('repeats no value, and no name that may be one', () => {
    const secret = 'hunter2 sk-live/9f8e7d';
    const found = [
      ...training({
        Environment: { [secret]: 'x', TOKEN: { [secret]: secret } },
        HyperParameters: { [`${secret}\n`]: secret, key: [secret], [secret]: 1 },
        RoleArn: secret,
        ResourceConfig: { InstanceType: secret, InstanceCount: secret },
        VpcConfig: { Subnets: [secret] },
        AlgorithmSpecification: { TrainingInputMode: secret, MetricDefinitions: secret },
        [secret]: secret,
        Tags: [{ Key: `autodeploy:${secret}`, Value: '' }],
      }),
      ...model({ ModelName: secret, PrimaryContainer: { Environment: { A: 1 }, ModelDataUrl: secret } }),
    ];
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter((text) => text.includes('hunter2') || text.includes('9f8e7d'))).toEqual([]);
    expect(found).toContain(
      'create_training_job.Environment has a name, number 1 of it, that must be letters, digits and underscores, and begin with no digit',
    );
  });

  it('takes names of JavaScript for names like others', () => {
    const hostile = JSON.parse('{"__proto__": {"RoleArn": 1}, "constructor": {}, "toString": 1}') as unknown;
    expect(training(hostile)).toHaveLength(3);
    expect(training({ Environment: JSON.parse('{"__proto__": "x"}') as unknown })).toEqual([
      'create_training_job.Environment has a name, number 1 of it, that is reserved by JavaScript',
    ]);
    expect(training({ Environment: { constructor: 'x', toString: 'y' } })).toEqual([]);
  });

  it('returns at most 20 issues, whatever the size and depth of the value', () => {
    const wide = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`Unknown${index}`, 1]));
    expect(training(wide)).toHaveLength(20);
    expect(training({ Tags: Array.from({ length: 200_000 }, () => ({ Key: 'autodeploy:x' })) })).toHaveLength(1);
    expect(training({ Environment: wide, HyperParameters: wide })).toHaveLength(2);
    const deep = JSON.parse(`${'{"VpcConfig":'.repeat(5000)}1${'}'.repeat(5000)}`) as unknown;
    expect(training(deep)).toEqual([
      'create_training_job.VpcConfig.VpcConfig is not a known member; did you mean create_training_job.VpcConfig?',
    ]);
    const long = 'x'.repeat(2_000_000);
    expect(training({ [long]: 1, RoleArn: long, Environment: { [long]: long, A: long } })).toHaveLength(4);
  });
});
