import type { DeploymentBody } from '../../api/schemas/deployment.ts';
import type { EndpointDetailsBody } from '../../api/schemas/endpoint.ts';
import type { TrainingRunDetailsBody } from '../../api/schemas/training-run.ts';
import type { Cli } from '../cli.ts';
import { formatInstant } from '../durations.ts';
import { type AddCommand, addCommand } from '../command.ts';
import { parseReason, timeoutFlags } from '../options.ts';
import { showDeployment } from '../show-deployment.ts';
import { confirm } from '../terminal/confirm.ts';
import { printable } from '../terminal/text.ts';
import { pathOfEndpoint, pathOfRun } from '../watch/read-snapshot.ts';
import { watch } from '../watch/watch.ts';
import { yesFlags } from '../yes-flags.ts';

interface Options {
  to?: string;
  reason: string;
  hold: boolean;
  watch?: boolean;
  timeout?: number;
  yes?: boolean;
  json?: boolean;
}

const examples = [
  "autodeploy rollback ml-endpoint --reason 'the new model calls everything positive'",
  "autodeploy rollback ml-endpoint --to nightly-41 --reason 'the last good one' --no-hold --yes",
];

export const addRollback: AddCommand = (program, cli, setExitCode) => {
  addCommand(program, 'rollback <endpoint>', { summary: 'return an endpoint to what was live before', examples })
    .requiredOption('--reason <text>', 'why, for the history', parseReason)
    .option('--to <name>', "a training's name or a deployment's id, in place of what was live before")
    .option('--no-hold', 'without a hold: the next training that completes is deployed again')
    .option('-w, --watch', 'watch it until it is live')
    .option(...timeoutFlags)
    .option(...yesFlags)
    .action(async (name: string, { to, reason, hold, yes, ...options }: Options) => {
      const endpoint = await cli.api().get<EndpointDetailsBody>(pathOfEndpoint(name));
      const target = targetOf(endpoint, to);
      if (options.json !== true) await showPlan(cli, endpoint, target, hold);
      const shown = target?.training_job_name ?? to ?? 'what was live before';
      await confirm(cli, `Roll ${endpoint.endpoint_name} back to ${shown}?`, { yes });
      // What was shown is what is requested, also when the request is repeated.
      const json = { reason, hold, to: to ?? target?.deployment_id };
      const { body } = await cli.api().post<DeploymentBody>(`${pathOfEndpoint(name)}/rollback`, { json, flags: { to: '--to' } });
      if (options.watch !== true) {
        showDeployment(cli, body, options);
        if (options.json !== true) cli.say(`Watch it: autodeploy watch ${body.training_job_name}`);
        return;
      }
      const { training_job_name: trainingJobName, deployment_id: deploymentId } = body;
      const timeoutMs = options.timeout ?? null;
      setExitCode(await watch(cli, { trainingJobName, deploymentId, timeoutMs, json: options.json === true }));
    });
};

/** Without `--to` the newest former one, as the service chooses it; null where the service has to say what it finds. */
function targetOf({ former }: EndpointDetailsBody, to: string | undefined): DeploymentBody | null {
  if (to === undefined) return former[0] ?? null;
  return former.find((one) => one.deployment_id === to || one.training_job_name === to) ?? null;
}

/** On stderr: current and target below each other, with their metrics, and what a rollback does not undo. */
async function showPlan(
  cli: Cli,
  { live, live_since: since }: EndpointDetailsBody,
  target: DeploymentBody | null,
  hold: boolean,
): Promise<void> {
  const [current, next] = await Promise.all([live, target].map((one) => metricsOf(cli, one)));
  const row = (label: string, deployment: DeploymentBody | null, at: string | null, metrics: string): void =>
    cli.say(
      printable(
        `${label}  ${deployment?.training_job_name ?? '-'}${at === null ? '' : `  live since ${formatInstant(at)}`}${metrics}`,
      ),
    );
  row('current', live, since, current ?? '');
  row(
    'target ',
    target,
    null,
    `${target?.in_service_at == null ? '' : `  was live from ${formatInstant(target.in_service_at)}`}${next ?? ''}`,
  );
  cli.say(
    hold
      ? 'The endpoint is then held, so that the next training does not undo it; trainings from before are not deployed by themselves.'
      : 'The endpoint is not held: the next training that completes is deployed. Trainings from before are not deployed by themselves.',
  );
}

/** To compare by; the rollback does without it. */
async function metricsOf(cli: Cli, deployment: DeploymentBody | null): Promise<string> {
  if (deployment === null) return '';
  const run = await cli
    .api()
    .get<TrainingRunDetailsBody>(pathOfRun(deployment.training_job_name), { repeatForMs: 0 })
    .catch(() => null);
  return Object.entries(run?.metrics ?? {})
    .map(([name, value]) => `  ${name} ${value}`)
    .join('');
}
