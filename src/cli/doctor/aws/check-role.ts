import { type Check, failed, ok, skipped } from '../check.ts';
import type { CallAws } from './aws-program.ts';

const docs = 'docs/aws.md#roles';

interface Statement {
  Effect?: string;
  Principal?: { Service?: string | string[] } | string;
  Action?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** Whether the execution role exists, and SageMaker may assume it. */
export async function checkRole(aws: CallAws, roleArn: string, accountId: string): Promise<Check[]> {
  const [name = ''] = roleArn.split('/').slice(-1);
  const result = await aws(['iam', 'get-role', '--role-name', name]);
  if (result.kind !== 'ok') {
    const isGone = result.kind === 'refused' && result.code === 'NoSuchEntity';
    const message = result.kind === 'refused' ? result.message : 'aws is missing';
    return [
      isGone
        ? failed('execution role', `${roleArn} does not exist`, { todo: 'Create it, or correct EXECUTION_ROLE_ARN', docs })
        : skipped('execution role', message),
    ];
  }
  const { Role: role } = result.output as {
    Role?: { Arn?: string; AssumeRolePolicyDocument?: { Statement?: Statement | Statement[] } };
  };
  const trust = [role?.AssumeRolePolicyDocument?.Statement ?? []].flat();
  return [
    role?.Arn === roleArn
      ? ok('execution role', roleArn)
      : failed('execution role', `EXECUTION_ROLE_ARN is ${roleArn}, but that role is ${role?.Arn ?? 'another one'}`, {
          todo: 'Correct EXECUTION_ROLE_ARN',
          docs,
        }),
    trust.some((one) => trustsSageMaker(one, accountId))
      ? ok('trust', 'SageMaker may assume the execution role')
      : failed('trust', 'SageMaker may not assume the execution role', {
          todo: 'Give it docs/iam/execution-role-trust.json as its trust policy',
          docs,
        }),
  ];
}

/** Of conditions only the one of docs/iam/execution-role-trust.json is judged. */
function trustsSageMaker(
  { Effect: effect, Principal: principal, Action: action, Condition: condition }: Statement,
  accountId: string,
): boolean {
  const services = typeof principal === 'object' ? [principal.Service ?? []].flat() : [];
  const actions = [action ?? []].flat();
  const accounts = Object.values(condition ?? {}).flatMap((entries) => [entries['aws:SourceAccount'] ?? []].flat());
  return (
    effect === 'Allow' &&
    services.includes('sagemaker.amazonaws.com') &&
    actions.some((one) => ['sts:AssumeRole', 'sts:*', '*'].includes(one)) &&
    (accounts.length === 0 || accounts.includes(accountId))
  );
}
