import type { DeploymentBody } from '../../api/schemas/deployment.ts';
import { type AddCommand, addCommand } from '../command.ts';
import { parseReason, timeoutFlags } from '../options.ts';
import { showDeployment } from '../show-deployment.ts';
import { confirm } from '../terminal/confirm.ts';
import { watch } from '../watch/watch.ts';
import { yesFlags } from '../yes-flags.ts';

interface Options {
  force?: boolean;
  reason?: string;
  watch?: boolean;
  timeout?: number;
  yes?: boolean;
  json?: boolean;
}

const examples = [
  'autodeploy deploy nightly-43 --watch',
  "autodeploy deploy nightly-42 --force --reason 'the newer one is too slow'",
];

export const addDeploy: AddCommand = (program, cli, setExitCode) => {
  addCommand(program, 'deploy <name>', { summary: 'deploy the model of a completed training', examples })
    .option('-f, --force', 'also when a newer training is live, it was turned down, or the endpoint is held')
    .option('--reason <text>', 'why, for the history; with --force and the role approve also over gate and approval', parseReason)
    .option('-w, --watch', 'watch it until it is live')
    .option(...timeoutFlags)
    .option(...yesFlags)
    .action(async (name: string, { force = false, reason, yes, ...options }: Options) => {
      if (force) await confirm(cli, `Deploy ${name} by force, past the order of trainings, rejections and holds?`, { yes });
      const requested = { query: { force }, json: reason === undefined ? undefined : { reason } };
      const { status, body } = await cli.api().post<DeploymentBody>(`/deploy/${encodeURIComponent(name)}`, requested);
      if (options.watch !== true) {
        if (status === 200 && options.json !== true) cli.say('It is there already');
        return showDeployment(cli, body, options);
      }
      const { training_job_name: trainingJobName, deployment_id: deploymentId } = body;
      const timeoutMs = options.timeout ?? null;
      setExitCode(await watch(cli, { trainingJobName, deploymentId, timeoutMs, json: options.json === true }));
    });
};
