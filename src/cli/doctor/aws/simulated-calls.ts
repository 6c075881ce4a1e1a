import type { AwsSettings } from './aws-settings.ts';
import type { Policy } from './features.ts';
import { textAt } from './json-path.ts';
import { parseImage } from './parse-image.ts';

/** What iam:SimulatePrincipalPolicy is to examine: actions on resources, and what their conditions read. */
export interface SimulatedCall {
  actions: string[];
  resources: string[];
  context: { name: string; value: string }[];
}

/** The account and the partition of the caller: `aws`, `aws-cn`, `aws-us-gov`. */
export interface Account {
  id: string;
  partition: string;
  region: string;
}

const example = 'autodeploy-doctor';

/**
 * A policy of docs/iam as what it has to allow: with the account's values in its placeholders, and an example where it says `*`, so that a
 * policy that allows only the project's own names passes, too. Resources of which something is not known are left out.
 */
export function simulatedCalls(policy: Policy, settings: AwsSettings, account: Account): SimulatedCall[] {
  const values = placeholders(settings, account);
  return policy.Statement.flatMap(({ Action: action, Resource: resource, Condition: condition = {} }) => {
    const resources = [resource].flat().flatMap((one) => fillIn(one, settings, account, values) ?? []);
    if (resources.length === 0) return [];
    const context = Object.values(condition)
      .flatMap((entries) => Object.entries(entries))
      .map(([name, value]) => ({ name, value: ([value].flat()[0] ?? '').replaceAll('*', example) }));
    return [{ actions: [action].flat(), resources, context }];
  });
}

function fillIn(
  resource: string,
  settings: AwsSettings,
  account: Account,
  values: Record<string, string | null>,
): string[] | null {
  if (resource === '*') return ['*'];
  if (resource.includes('IMAGE_REPOSITORY'))
    return settings.images.flatMap(({ uri }) => {
      const image = parseImage(uri);
      return image === null
        ? []
        : [`arn:${account.partition}:ecr:${image.region}:${image.account}:repository/${image.repository}`];
    });
  let isKnown = true;
  const filled = resource
    .replaceAll(/\b(REGION|[A-Z]+(?:_[A-Z]+)+)\b/g, (name) => {
      const value = values[name] ?? null;
      if (value === null) isKnown = false;
      return value ?? '';
    })
    .replace(/^arn:aws:/, `arn:${account.partition}:`);
  return isKnown ? [filled.replaceAll('*', `${settings.projectName}-training-${example}`)] : null;
}

/** null for what is not known. */
function placeholders(settings: AwsSettings, account: Account): Record<string, string | null> {
  const { request } = settings;
  const s3 = (prefix: string, uri: string | null): [string, string | null][] => {
    const place = parseS3Uri(uri);
    return [
      [`${prefix}_BUCKET`, place?.bucket ?? null],
      [`${prefix}_PREFIX`, place?.prefix ?? null],
    ];
  };
  return Object.fromEntries([
    ['REGION', account.region],
    ['ACCOUNT_ID', account.id],
    ['ENDPOINT_NAME', settings.endpointName ?? `${settings.projectName}-endpoint`],
    ['EXECUTION_ROLE_NAME', settings.roleArn?.replace(/^[^/]*role\//, '') ?? null],
    ...s3('INPUT', settings.inputUri),
    ...s3('MODEL', settings.outputUri),
    ...s3('CHECKPOINT', textAt(request?.create_training_job, 'CheckpointConfig.S3Uri')),
    ...s3('CAPTURE', textAt(request?.create_endpoint_config, 'DataCaptureConfig.DestinationS3Uri')),
    ...s3('ASYNC', textAt(request?.create_endpoint_config, 'AsyncInferenceConfig.OutputConfig.S3OutputPath')),
  ]) as Record<string, string | null>;
}

/** `prefix` has no slash at its ends. */
export function parseS3Uri(uri: string | null): { bucket: string; prefix: string } | null {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(uri ?? '') ?? [];
  return bucket === undefined ? null : { bucket, prefix: prefix.replace(/\/+$/, '') };
}
