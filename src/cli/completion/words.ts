import type { Command } from 'commander';

/** A command with what can follow it. */
export interface CommandWords {
  name: string;
  summary: string;
  options: { flags: readonly string[]; description: string; takesValue: boolean }[];
  /** What its argument names; null for none that can be completed. */
  argument: 'run' | 'endpoint' | readonly string[] | null;
}

/** The commands of the program, without hidden ones. */
export function wordsOf(program: Command): CommandWords[] {
  const visible = program.createHelp().visibleCommands(program);
  return visible.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: command
      .createHelp()
      .visibleOptions(command)
      .map(({ short, long, description, required, optional }) => ({
        flags: [short, long].filter((flag) => flag !== undefined && flag !== null),
        description,
        takesValue: required || optional,
      })),
    argument: argumentOf(command, visible),
  }));
}

const ofRuns = ['run', 'watch', 'stop', 'deploy', 'history', 'open', 'approve', 'reject', 'abort'];

function argumentOf(command: Command, all: readonly Command[]): CommandWords['argument'] {
  const [argument] = command.registeredArguments;
  if (command.name() === 'help') return all.map((one) => one.name());
  if (argument === undefined) return null;
  if (argument.argChoices !== undefined) return argument.argChoices;
  if (argument.name() === 'endpoint' || command.name() === 'endpoint') return 'endpoint';
  return ofRuns.includes(command.name()) ? 'run' : null;
}

/** Flags whose value is an endpoint's name. */
export const endpointFlags = ['--endpoint', '-e'];
/** Flags whose value is a run's name. */
export const runFlags = ['--to'];
/** Flags whose value is a file. */
export const fileFlags = ['--request', '-r', '--env-file'];
