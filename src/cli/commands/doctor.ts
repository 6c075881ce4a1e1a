import { checkAws } from '../doctor/aws/check-aws.ts';
import type { Check } from '../doctor/check.ts';
import { checkService } from '../doctor/check-service.ts';
import { exitCodes } from '../exit-codes.ts';
import { type AddCommand, addCommand } from '../command.ts';
import { type Style, styleOf, type Tone } from '../terminal/style.ts';
import { printable } from '../terminal/text.ts';

interface Options {
  aws?: boolean;
  envFile?: string | null;
  servicePrincipal?: string | null;
  json?: boolean;
}

const examples = [
  'autodeploy doctor',
  'autodeploy doctor --aws                    # and what AWS says, before a training costs money',
  'autodeploy doctor --aws --env-file .env    # with the settings that the service is to have',
];

export const addDoctor: AddCommand = (program, cli, setExitCode) => {
  addCommand(program, 'doctor', { summary: 'examine address, key, versions, workers and events, and say what to do', examples })
    .option('--aws', 'also roles, permissions, images, buckets and quotas, with your own credentials, by the program `aws`')
    .option('--env-file <file>', "with --aws: the service's settings from a file; the environment is laid over it")
    .option(
      '--service-principal <arn>',
      'with --aws: whose permissions are examined, if they are not your own: the role of the service',
    )
    .action(async ({ aws = false, envFile = null, servicePrincipal = null, json = false }: Options) => {
      const style = styleOf(cli.stdout, cli.env);
      const show = (checks: readonly Check[]): void =>
        json ? undefined : checks.forEach((check) => cli.print(lineOf(check, style)));
      const ofService = await checkService(cli);
      show(ofService);
      const ofAws = aws ? await checkAws(cli, { envFile, servicePrincipal }, (check) => show([check])) : [];
      const checks = [...ofService, ...ofAws];
      const failures = checks.filter(({ status }) => status === 'failed').length;
      if (json) cli.printJson({ ok: failures === 0, checks });
      else cli.say(summaryOf(checks));
      setExitCode(failures === 0 ? exitCodes.done : exitCodes.error);
    });
};

const tones: Record<Check['status'], Tone> = { ok: 'good', warning: 'warn', failed: 'bad', skipped: 'quiet' };
const nameWidth = 20;

function lineOf({ name, status, detail, todo, docs }: Check, style: Style): string {
  const first = `${style.paint(tones[status], status.padEnd(8))} ${name.padEnd(nameWidth)} ${printable(detail)}`;
  const indent = ' '.repeat(8 + 1 + nameWidth + 1);
  return [first, ...(todo === null ? [] : [`${indent}${printable(todo)}${docs === null ? '' : ` (${docs})`}`])].join('\n');
}

function summaryOf(checks: readonly Check[]): string {
  const count = (status: Check['status']): number => checks.filter((one) => one.status === status).length;
  return `${count('ok')} ok, ${count('warning')} warnings, ${count('failed')} failed${count('skipped') === 0 ? '' : `, ${count('skipped')} skipped`}`;
}
