import { type Check, failed, ok, skipped, warning } from '../check.ts';
import type { CallAws } from './aws-program.ts';
import type { AwsSettings } from './aws-settings.ts';

const docs = 'docs/aws.md#quotas';

/** Whether the account may have the instances at all, and an endpoint's twice: an update runs the new fleet beside the old one. */
export async function checkQuota(aws: CallAws, { use, type, count }: AwsSettings['instances'][number]): Promise<Check> {
  const quota = `${type} for ${use} usage`;
  const name = `quota: ${use}`;
  const applied = await read(aws, 'list-service-quotas', quota);
  // A quota that was never changed may be among the defaults alone.
  const found =
    typeof applied === 'object' && applied.value === null ? await read(aws, 'list-aws-default-service-quotas', quota) : applied;
  if (typeof found === 'string') return skipped(name, found);
  if (found.value === null)
    return warning(name, `AWS has no quota "${quota}"`, { todo: 'Is the instance type written right?', docs });
  const needed = use === 'endpoint' ? 2 * count : count;
  const todo = `Request ${needed} or more of "${quota}" in Service Quotas`;
  if (found.value < count) return failed(name, `${found.value} ${type}, and ${count} are needed`, { todo, docs });
  if (found.value < needed) return warning(name, `${found.value} ${type}; an update needs ${needed} for a while`, { todo, docs });
  return ok(name, `${found.value} ${type}, of which ${needed} are needed`);
}

async function read(aws: CallAws, operation: string, quota: string): Promise<{ value: number | null } | string> {
  const query = `Quotas[?QuotaName=='${quota}'].Value`;
  const result = await aws(['service-quotas', operation, '--service-code', 'sagemaker', '--query', query]);
  if (result.kind === 'missing') return 'aws is missing';
  if (result.kind === 'refused') return result.message;
  const [value] = Array.isArray(result.output) ? (result.output as unknown[]) : [];
  return { value: typeof value === 'number' ? value : null };
}
