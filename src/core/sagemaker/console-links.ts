/** Addresses of AWS's own pages about a training (docs/reference/sagemaker-behavior.md#addresses-of-awss-console). */
import { placeOfArn } from './place.ts';

export interface ConsoleLinks {
  trainingJob: string;
  logs: string;
  endpointLogs: string;
  /** null without an artifact in S3. */
  artifact: string | null;
}

/** By the partition of an ARN; of one that is not known AWS's public one. */
const hosts: Readonly<Record<string, (region: string) => string>> = {
  'aws-cn': (region) => `${region}.console.amazonaws.cn`,
  'aws-us-gov': (region) => `${region}.console.amazonaws-us-gov.com`,
};

/** Returns null for an ARN that names no region. `artifact`: an address as `s3://bucket/key`. */
export function consoleLinks({
  arn,
  trainingJobName,
  endpointName,
  artifact,
}: {
  arn: string;
  trainingJobName: string;
  endpointName: string;
  artifact: string | null;
}): ConsoleLinks | null {
  const region = placeOfArn(arn)?.region ?? null;
  if (region === null) return null;
  const [, partition = 'aws'] = arn.split(':');
  const host = (hosts[partition] ?? ((one: string) => `${one}.console.aws.amazon.com`))(region);
  const name = encodeURIComponent(trainingJobName);
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(artifact ?? '') ?? [];
  // A name holds only letters, digits and hyphens: of a group's name CloudWatch's own way of encoding changes the slashes alone.
  const logGroup = `https://${host}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252F`;
  return {
    trainingJob: `https://${host}/sagemaker/home?region=${region}#/jobs/${name}`,
    logs: `${logGroup}TrainingJobs$3FlogStreamNameFilter$3D${name}$252F`,
    endpointLogs: `${logGroup}Endpoints$252F${encodeURIComponent(endpointName)}`,
    artifact: bucket === undefined || key === undefined ? null : artifactLink(host, { region, bucket, key }),
  };
}

/** An uncompressed artifact is a prefix (docs/reference/sagemaker-behavior.md#an-uncompressed-artifact-is-a-prefix). */
const artifactLink = (host: string, { region, bucket, key }: { region: string; bucket: string; key: string }): string =>
  key.endsWith('.tar.gz')
    ? `https://${host}/s3/object/${encodeURIComponent(bucket)}?region=${region}&prefix=${encodeURIComponent(key)}`
    : `https://${host}/s3/buckets/${encodeURIComponent(bucket)}?region=${region}&prefix=${encodeURIComponent(key.replace(/\/?$/, '/'))}`;
