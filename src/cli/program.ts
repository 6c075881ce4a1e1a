import { Command } from 'commander';
import type { Cli } from './cli.ts';
import type { AddCommand, SetExitCode } from './command.ts';
import { addCompletion } from './commands/completion.ts';
import { addDecisions } from './commands/decisions.ts';
import { addDeploy } from './commands/deploy.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEndpoint, addEndpoints } from './commands/endpoints.ts';
import { addHistory } from './commands/history.ts';
import { addHold, addRelease } from './commands/hold.ts';
import { addOpen } from './commands/open.ts';
import { addRollback } from './commands/rollback.ts';
import { addRun } from './commands/run.ts';
import { addRuns } from './commands/runs.ts';
import { addStart } from './commands/start.ts';
import { addStop } from './commands/stop.ts';
import { addWatch } from './commands/watch.ts';
import { version } from './version.ts';

/** In the order of the help. */
const commands: readonly AddCommand[] = [
  addStart,
  addRuns,
  addRun,
  addWatch,
  addStop,
  addDeploy,
  addDecisions,
  addEndpoints,
  addEndpoint,
  addRollback,
  addHold,
  addRelease,
  addHistory,
  addDoctor,
  addOpen,
  addCompletion,
];

const introduction = `Trains models on SageMaker and follows them until they are live.

Examples:
  autodeploy start -H epochs=3 --watch          start a training, and watch it until its model is live
  autodeploy runs --status failed --since 24h   what failed since yesterday
  autodeploy rollback ml-endpoint --reason 'worse on the French test set'
  autodeploy doctor                             what keeps the service, or this program, from working
`;

const environment = `
Environment:
  AUTODEPLOY_URL            where the service is, by default http://127.0.0.1:8006
  AUTODEPLOY_API_KEY        the key, or AUTODEPLOY_API_KEY_FILE: a file that holds it
  AUTODEPLOY_ACCESSIBLE=1   a line for each change, where the view of a terminal would change in place
  NO_COLOR=1                no colors

Exit codes: 0 done or live, 1 error, 2 usage, 3 the training failed, 4 key missing or refused, 5 the deployment failed,
6 superseded, 8 not over at --timeout, 130 interrupted. docs/command-line.md has more.`;

export function createProgram(cli: Cli, setExitCode: SetExitCode): Command {
  const program = new Command('autodeploy');
  program
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void cli.stdout.write(text),
      writeErr: (text) => void cli.stderr.write(text),
      outputError: () => {},
    })
    .version(version, '-V, --version', 'the version of this program')
    .helpOption('-h, --help', 'how to use it')
    .helpCommand('help [command]', 'how to use a command')
    .showSuggestionAfterError()
    .addHelpText('before', introduction)
    .addHelpText('after', environment);
  for (const add of commands) add(program, cli, setExitCode);
  return program;
}
