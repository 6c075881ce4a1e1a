import type { DeploymentBody } from '../../api/schemas/deployment.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { type AddCommand, addCommand } from '../command.ts';
import { parseReason } from '../options.ts';
import { showDeployment } from '../show-deployment.ts';
import { confirm } from '../terminal/confirm.ts';
import { pathOfDeployment } from '../watch/read-snapshot.ts';
import { yesFlags } from '../yes-flags.ts';

interface Options {
  reason?: string;
  yes?: boolean;
  json?: boolean;
}

const takes = 'ID is that of the deployment, or the name of a training: then its newest deployment that is not over';

/** `approve`, `reject` and `abort`. */
export const addDecisions: AddCommand = (program, cli) => {
  addCommand(program, 'approve <id>', {
    summary: 'approve a deployment that awaits an approval',
    examples: [
      "autodeploy approve 3f40edf1-b910-459d-84f5-f2f9e5819f6e --reason 'better on the French test set'",
      'autodeploy approve nightly-43',
    ],
  })
    .option('--reason <text>', 'why, for the history', parseReason)
    .addHelpText('after', `\n${takes}.`)
    .action(async (id: string, options: Options) => decide(cli, 'approve', id, options));

  addCommand(program, 'reject <id>', {
    summary: 'reject a deployment that awaits an approval',
    examples: ["autodeploy reject 3f40edf1-b910-459d-84f5-f2f9e5819f6e --reason 'worse on the French test set'"],
  })
    .requiredOption('--reason <text>', 'why, for the history', parseReason)
    .option(...yesFlags)
    .addHelpText('after', `\n${takes}.`)
    .action(async (id: string, options: Options) =>
      decide(cli, 'reject', id, options, 'Its training is not deployed by itself any more.'),
    );

  addCommand(program, 'abort <id>', {
    summary: 'end a deployment that waits or is in progress; the endpoint goes back to what served',
    examples: ["autodeploy abort 3f40edf1-b910-459d-84f5-f2f9e5819f6e --reason 'the wrong data set'"],
  })
    .requiredOption('--reason <text>', 'why, for the history', parseReason)
    .option(...yesFlags)
    .addHelpText('after', `\n${takes}.`)
    .action(async (id: string, options: Options) =>
      decide(cli, 'abort', id, options, 'Its training is not deployed by itself any more.'),
    );
};

type Verb = 'approve' | 'reject' | 'abort';

/** `warning`: what cannot be undone; null where all of it can. */
async function decide(
  cli: Cli,
  verb: Verb,
  id: string,
  { reason, yes, json }: Options,
  warning: string | null = null,
): Promise<void> {
  const deploymentId = await toDeploymentId(cli, id);
  if (warning !== null) await confirm(cli, `${verb === 'reject' ? 'Reject' : 'Abort'} the deployment ${id}? ${warning}`, { yes });
  const requested = { json: reason === undefined ? undefined : { reason } };
  const { body } = await cli.api().post<DeploymentBody>(`${pathOfDeployment(deploymentId)}/${verb}`, requested);
  showDeployment(cli, body, { json });
}

const idPattern = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Of a training's name, its newest deployment that is not over. */
async function toDeploymentId(cli: Cli, id: string): Promise<string> {
  if (idPattern.test(id)) return id;
  const query = { training_job_name: id, status: 'queued,awaiting_approval,in_progress', limit: 1 };
  const { items } = await cli
    .api()
    .get<{ items: DeploymentBody[] }>('/deployments', { query, flags: { training_job_name: 'ID' } });
  const [newest] = items;
  if (newest === undefined)
    throw new CliError(`${id} has no deployment that waits or is in progress`, {
      hint: '`autodeploy endpoints` shows what waits',
    });
  return newest.deployment_id;
}
