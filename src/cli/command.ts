import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import type { ExitCode } from './exit-codes.ts';

/** What a command leaves behind, where that is not 0. */
export type SetExitCode = (code: ExitCode) => void;

/** Adds one command, or several that belong together. */
export type AddCommand = (program: Command, cli: Cli, setExitCode: SetExitCode) => void;

/** Adds a command with its examples, which its help shows first. */
export function addCommand(
  program: Command,
  usage: string,
  { summary, examples }: { summary: string; examples: readonly string[] },
): Command {
  const text = [summary, '', 'Examples:', ...examples.map((one) => `  ${one}`), ''].join('\n');
  return program
    .command(usage)
    .summary(summary)
    .helpOption('-h, --help', 'how to use it')
    .option('--json', 'JSON on stdout, for programs')
    .addHelpText('before', text);
}
