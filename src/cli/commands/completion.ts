import { Argument, type Command } from 'commander';
import type { EndpointBody } from '../../api/schemas/endpoint.ts';
import type { TrainingRunBody } from '../../api/schemas/training-run.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { wordsOf } from '../completion/words.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { type AddCommand, addCommand } from '../command.ts';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

const examples = [
  'source <(autodeploy completion bash)                        # in ~/.bashrc',
  'source <(autodeploy completion zsh)                         # in ~/.zshrc, after compinit',
  'autodeploy completion fish > ~/.config/fish/completions/autodeploy.fish',
];

export const addCompletion: AddCommand = (program, cli) => {
  addCommand(program, 'completion', {
    summary: 'print a script that lets a shell complete commands, options and names',
    examples,
  })
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(Object.keys(shells)))
    .action((shell: keyof typeof shells, { json }: { json?: boolean }) => {
      const script = shells[shell](wordsOf(program));
      return json === true ? cli.printJson({ shell, script }) : cli.print(script.trimEnd());
    });
  addNames(program, cli);
};

/** As the service takes it for a part of a name. */
const partOfName = /^[a-zA-Z0-9-]{1,63}$/;

/** What the scripts call for names of runs and endpoints; of runs, the newest that have the word in their names. It says nothing when the service does not respond at once. */
function addNames(program: Command, cli: Cli): void {
  program
    .command('complete-names', { hidden: true })
    .addArgument(new Argument('<kind>').choices(['run', 'endpoint']))
    .argument('[word]')
    .action(async (kind: 'run' | 'endpoint', word = '') => {
      const requested = { repeatForMs: 0, signal: AbortSignal.timeout(2000) };
      const query = { limit: 50, name_contains: partOfName.test(word) ? word : null };
      try {
        const names =
          kind === 'run'
            ? (await cli.api().get<{ items: TrainingRunBody[] }>('/training-jobs', { ...requested, query })).items.map(
                (one) => one.training_job_name,
              )
            : (await cli.api().get<{ items: EndpointBody[] }>('/endpoints', requested)).items.map((one) => one.endpoint_name);
        if (names.length > 0) cli.print(names.join('\n'));
      } catch (error) {
        // The line that is typed stays as it is.
        if (!(error instanceof CliError)) throw error;
      }
    });
}
