import type { Cli } from '../../cli.ts';
import { interruptedError } from '../../cli-error.ts';
import { type Check, failed, ok, skipped } from '../check.ts';
import { type CallAws, createCallAws } from './aws-program.ts';
import { type AwsSettings, readAwsSettings } from './aws-settings.ts';
import { checkInput, checkOutput } from './check-buckets.ts';
import { checkImage } from './check-images.ts';
import { checkPermissions } from './check-permissions.ts';
import { checkQuota } from './check-quotas.ts';
import { checkRole } from './check-role.ts';
import { features } from './features.ts';
import type { Account } from './simulated-calls.ts';

interface Options {
  envFile: string | null;
  /** The role of the service, where it is not the caller. */
  servicePrincipal: string | null;
}

/** What AWS says, with the caller's credentials and by reading alone. Each check is shown as it is made. */
export async function checkAws(cli: Cli, { envFile, servicePrincipal }: Options, show: (check: Check) => void): Promise<Check[]> {
  const settings = await readAwsSettings(cli, envFile);
  const checks: Check[] = [];
  const add = (check: Check | null): void => {
    if (cli.interrupted.aborted) throw interruptedError();
    if (check === null) return;
    checks.push(check);
    show(check);
  };
  const env = settings.region === null ? cli.env : { ...cli.env, AWS_REGION: settings.region };
  const aws = createCallAws(env, cli.interrupted);
  const caller = await whoAmI(aws);
  add(caller.check);
  if (caller.arn === null) return checks;
  if (settings.region === null) {
    add(failed('region', 'none is known', { todo: 'Set AWS_REGION', docs: 'docs/aws.md#start-it' }));
    return checks;
  }
  add(ok('settings', `of ${settings.source}; region ${settings.region}`));
  const account: Account = { id: caller.account, partition: caller.arn.split(':')[1] ?? 'aws', region: settings.region };
  const principal = servicePrincipal ?? (await roleOrUserOf(aws, caller.arn));
  await examine(aws, { settings, account, principal, add });
  return checks;
}

async function examine(
  aws: CallAws,
  {
    settings,
    account,
    principal,
    add,
  }: { settings: AwsSettings; account: Account; principal: string | null; add: (check: Check | null) => void },
): Promise<void> {
  const { roleArn, region, images, outputUri, inputUri, instances } = settings;
  if (roleArn === null) add(skipped('execution role', 'not known: set EXECUTION_ROLE_ARN, or --env-file'));
  else for (const check of await checkRole(aws, roleArn, account.id)) add(check);
  for (const feature of features) {
    const whose = feature.whose === 'service' ? principal : roleArn;
    if (whose !== null) add(await checkPermissions(aws, feature, { principal: whose, settings, account }));
    else if (feature.isUsed(settings) === true)
      add(skipped(`${feature.whose}: ${feature.name}`, 'whose permissions they are is not known'));
  }
  for (const image of images) add(await checkImage(aws, image, region ?? ''));
  if (outputUri === null) add(skipped('artifacts', 'not known: set MODEL_OUTPUT_S3_URI'));
  else add(await checkOutput(aws, outputUri, region ?? ''));
  if (inputUri !== null) add(await checkInput(aws, inputUri, region ?? ''));
  for (const instance of instances) add(await checkQuota(aws, instance));
}

async function whoAmI(aws: CallAws): Promise<{ check: Check; arn: string | null; account: string }> {
  const result = await aws(['sts', 'get-caller-identity']);
  const none = { arn: null, account: '' };
  if (result.kind === 'missing') {
    const todo =
      'Install the AWS CLI: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html, or `apt-get install awscli`';
    return { ...none, check: failed('aws', 'the program `aws` is not installed', { todo, docs: 'docs/command-line.md#doctor' }) };
  }
  if (result.kind === 'refused') {
    const todo = 'Log in: `aws configure`, `aws sso login`, or AWS_PROFILE';
    return { ...none, check: failed('AWS login', result.message, { todo, docs: 'docs/aws.md#start-it' }) };
  }
  const { Arn: arn = '', Account: account = '' } = result.output as { Arn?: string; Account?: string };
  return { arn, account, check: ok('AWS login', arn) };
}

/** IAM's simulator takes roles and users, no sessions; the root user has no policies. */
async function roleOrUserOf(aws: CallAws, arn: string): Promise<string | null> {
  if (arn.endsWith(':root')) return null;
  const [, roleName] = /:assumed-role\/([^/]+)\//.exec(arn) ?? [];
  if (roleName === undefined) return arn;
  const result = await aws(['iam', 'get-role', '--role-name', roleName]);
  const known = result.kind === 'ok' ? (result.output as { Role?: { Arn?: string } }).Role?.Arn : undefined;
  return known ?? arn.replace(':sts:', ':iam:').replace(/:assumed-role\/([^/]+)\/.*$/, ':role/$1');
}
