import { type AddCommand, addCommand } from '../command.ts';
import { timeoutFlags } from '../options.ts';
import { watch } from '../watch/watch.ts';

const examples = [
  'autodeploy watch nightly-43',
  'autodeploy watch nightly-43 --timeout 2h && echo live    # the exit code says how it ended',
  'autodeploy watch nightly-43 --json                       # a JSON line for each change, and one for the end',
];

export const addWatch: AddCommand = (program, cli, setExitCode) => {
  addCommand(program, 'watch <name>', { summary: 'watch a run until it is over; Ctrl-C ends only the watching', examples })
    .option(...timeoutFlags)
    .action(async (name: string, { json = false, timeout = null }: { json?: boolean; timeout?: number | null }) => {
      setExitCode(await watch(cli, { trainingJobName: name, timeoutMs: timeout, json }));
    });
};
