import { CommanderError } from 'commander';
import { errorMessage } from '../core/errors.ts';
import type { Cli, Io } from './cli.ts';
import { CliError, interruptedError } from './cli-error.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { formatDuration } from './durations.ts';
import { Api } from './http/api.ts';
import { createProgram } from './program.ts';
import { readSettings } from './settings.ts';
import { styleOf } from './terminal/style.ts';
import { printable } from './terminal/text.ts';
import { version } from './version.ts';

/** Runs one command. Returns its exit code; never throws. */
export async function runCli(io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.done;
  const cli = createCli(io);
  try {
    await createProgram(cli, (code) => (exitCode = code)).parseAsync(io.args.length === 0 ? ['--help'] : [...io.args], {
      from: 'user',
    });
    return exitCode;
  } catch (error) {
    return reportError(cli, io.interrupted.aborted && !(error instanceof CliError) ? interruptedError() : error);
  }
}

function createCli(io: Io): Cli {
  let api: Api | null = null;
  const say = (text: string): void => void io.stderr.write(`${text}\n`);
  return {
    ...io,
    now: Date.now,
    say,
    print: (text) => void io.stdout.write(`${text}\n`),
    printJson: (value) => void io.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    api: () =>
      (api ??= new Api({
        ...readSettings(io.env),
        userAgent: `autodeploy/${version}`,
        interrupted: io.interrupted,
        now: Date.now,
        onRepeat: (reason, delayMs) => say(`No response yet: ${reason}; trying again in ${formatDuration(delayMs)}`),
      })),
  };
}

/** On stderr: what is wrong, each issue, the request id, and what to try. With --json one JSON line of the same. */
function reportError(cli: Cli, error: unknown): ExitCode {
  const isJson = cli.args.includes('--json');
  const failure = toCliError(error, cli.args[0]);
  if (failure === null) return error instanceof CommanderError && error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  const { message, issues, hint, requestId, exitCode, problem } = failure;
  if (isJson) {
    const shown = { message, code: problem?.code ?? null, issues, hint, request_id: requestId, exit_code: exitCode, problem };
    cli.say(JSON.stringify({ error: shown }));
    return exitCode;
  }
  const style = styleOf(cli.stderr, cli.env);
  const isInterrupt = exitCode === exitCodes.interrupted;
  cli.say(isInterrupt ? 'Interrupted' : `${style.paint('bad', 'Error:')} ${printable(message)}`);
  for (const issue of issues) cli.say(`  - ${printable(issue)}`);
  if (hint !== null) cli.say(isInterrupt ? hint : `${style.paint('quiet', 'Try:')} ${printable(hint)}`);
  if (requestId !== null) cli.say(style.paint('quiet', `Request id: ${printable(requestId)}`));
  return exitCode;
}

/** null for help and version, which are no errors. */
function toCliError(error: unknown, command: string | undefined): CliError | null {
  if (error instanceof CliError) return error;
  if (error instanceof CommanderError) {
    if (error.exitCode === 0 || error.code === 'commander.help') return null;
    return new CliError(error.message.replace(/^error: /, ''), {
      exitCode: exitCodes.usage,
      hint: error.code === 'commander.unknownCommand' ? '`autodeploy --help`' : helpHint(command),
    });
  }
  return new CliError(`This program has failed: ${errorMessage(error)}`, {
    hint: 'It is a bug: report it with what you have typed, without the key',
  });
}

const helpHint = (command: string | undefined): string =>
  command === undefined || !/^[a-z]+$/.test(command) ? '`autodeploy --help`' : `\`autodeploy ${command} --help\``;
