import { expect, it } from 'vitest';
import { consoleLinks } from '../../src/core/sagemaker/console-links.ts';

const linksOf = (partition: string, region: string, artifact: string | null = null) =>
  consoleLinks({
    arn: `arn:${partition}:sagemaker:${region}:123456789012:training-job/job`,
    trainingJobName: 'job',
    endpointName: 'live',
    artifact,
  });

it.each([
  ['aws', 'eu-west-1', 'https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/job'],
  ['aws-cn', 'cn-north-1', 'https://cn-north-1.console.amazonaws.cn/sagemaker/home?region=cn-north-1#/jobs/job'],
  [
    'aws-us-gov',
    'us-gov-west-1',
    'https://us-gov-west-1.console.amazonaws-us-gov.com/sagemaker/home?region=us-gov-west-1#/jobs/job',
  ],
])('consoleLinks > leads to the training in the partition %s', (partition, region, address) => {
  expect(linksOf(partition, region)?.trainingJob).toBe(address);
});

it('consoleLinks > leads to the logs, and to the artifact, a file or a prefix', () => {
  const host = 'https://eu-west-1.console.aws.amazon.com';
  expect(linksOf('aws', 'eu-west-1', 's3://models/a b/model.tar.gz')).toEqual({
    trainingJob: `${host}/sagemaker/home?region=eu-west-1#/jobs/job`,
    logs: `${host}/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FTrainingJobs$3FlogStreamNameFilter$3Djob$252F`,
    endpointLogs: `${host}/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FEndpoints$252Flive`,
    artifact: `${host}/s3/object/models?region=eu-west-1&prefix=a%20b%2Fmodel.tar.gz`,
  });
  expect(linksOf('aws', 'eu-west-1', 's3://models/job/output/model')?.artifact).toBe(
    `${host}/s3/buckets/models?region=eu-west-1&prefix=job%2Foutput%2Fmodel%2F`,
  );
});

it('consoleLinks > has none where the ARN names no region, nor for what is no address of S3', () => {
  expect(consoleLinks({ arn: 'job', trainingJobName: 'job', endpointName: 'live', artifact: null })).toBeNull();
  for (const artifact of [null, 'javascript:alert(1)', 'https://bucket/key', 's3://bucket'])
    expect(linksOf('aws', 'eu-west-1', artifact)?.artifact).toBeNull();
});
