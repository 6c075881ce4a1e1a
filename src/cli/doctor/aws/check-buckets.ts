import { type Check, failed, ok, skipped, warning } from '../check.ts';
import type { CallAws } from './aws-program.ts';
import { parseS3Uri } from './simulated-calls.ts';

const docs = 'docs/aws.md#roles';

/** Whether the bucket of the artifacts is there, in the region of the service. */
export async function checkOutput(aws: CallAws, uri: string, region: string): Promise<Check> {
  return (await checkBucket(aws, 'artifacts', uri, region)) ?? ok('artifacts', uri);
}

/** The same of the training data, and whether there is any. */
export async function checkInput(aws: CallAws, uri: string, region: string): Promise<Check> {
  const wrong = await checkBucket(aws, 'training data', uri, region);
  const place = parseS3Uri(uri);
  if (wrong !== null || place === null) return wrong ?? ok('training data', uri);
  const result = await aws(['s3api', 'list-objects-v2', '--bucket', place.bucket, '--prefix', place.prefix, '--max-items', '1']);
  if (result.kind !== 'ok') return skipped('training data', result.kind === 'refused' ? result.message : 'aws is missing');
  const { Contents: contents = [] } = result.output as { Contents?: unknown[] };
  return contents.length > 0
    ? ok('training data', uri)
    : warning('training data', `nothing is at ${uri}`, { todo: 'Upload the data, or correct TRAINING_INPUT_S3_URI', docs });
}

/** null when nothing is wrong with it. */
async function checkBucket(aws: CallAws, name: string, uri: string, region: string): Promise<Check | null> {
  const place = parseS3Uri(uri);
  if (place === null) return failed(name, `${uri} is no address of S3`, { todo: 'Write it as s3://BUCKET/PREFIX', docs });
  const result = await aws(['s3api', 'head-bucket', '--bucket', place.bucket]);
  if (result.kind === 'missing') return skipped(name, 'aws is missing');
  if (result.kind === 'refused') {
    if (result.code === '404')
      return failed(name, `there is no bucket ${place.bucket}`, { todo: 'Create it, or correct its name', docs });
    if (result.code === '403')
      return warning(name, `you may not read the bucket ${place.bucket}`, {
        todo: 'Let the execution role read and write it',
        docs,
      });
    return skipped(name, result.message);
  }
  const { BucketRegion: bucketRegion } = result.output as { BucketRegion?: string };
  if (bucketRegion === undefined || bucketRegion === region) return null;
  return failed(name, `the bucket ${place.bucket} is in ${bucketRegion}, and the service in ${region}`, {
    todo: 'Use a bucket of the same region',
    docs,
  });
}
