import type { TrainingRunDetailsBody } from '../../api/schemas/training-run.ts';
import type { Cli } from '../cli.ts';
import { consoleAddressOfRun } from '../console-address.ts';
import { formatAge, formatDuration, formatInstant } from '../durations.ts';
import { type AddCommand, addCommand } from '../command.ts';
import { showTable } from '../show-table.ts';
import { styleOf, toneOfStatus } from '../terminal/style.ts';
import { fields } from '../terminal/table.ts';
import { printable } from '../terminal/text.ts';
import { changeLine } from '../watch/change-line.ts';
import { pathOfRun } from '../watch/read-snapshot.ts';
import { standingOf } from '../watch/standing.ts';

const examples = ['autodeploy run nightly-43', 'autodeploy run nightly-43 --json | jq .metrics'];

export const addRun: AddCommand = (program, cli) => {
  addCommand(program, 'run <name>', { summary: 'show a training run, its deployments and its history', examples }).action(
    async (name: string, { json }: { json?: boolean }) => {
      const run = await cli.api().get<TrainingRunDetailsBody>(pathOfRun(name), { flags: { name: 'NAME' } });
      if (json === true) return cli.printJson(run);
      showRun(cli, run);
    },
  );
};

const shownEntries = 20;

function showRun(cli: Cli, run: TrainingRunDetailsBody): void {
  const style = styleOf(cli.stdout, cli.env);
  const now = cli.now() + cli.api().clockAheadMs;
  const end = run.finished_at === null ? now : Date.parse(run.finished_at);
  cli.print(
    fields(
      [
        ['run', run.training_job_name, 'strong'],
        ['status', phaseIn(run), toneOfStatus(run.status)],
        ['deployment', run.deployment_status, toneOfStatus(run.deployment_status)],
        ['endpoint', `${run.endpoint_name}${run.auto_deploy ? '' : ' (not deployed by itself)'}`],
        ['started', `${formatInstant(run.created_at)} (${formatAge(now - Date.parse(run.created_at))})`],
        ['took', formatDuration(end - Date.parse(run.created_at))],
        ['metrics', metricsOf(run)],
        ['artifact', run.model_artifact],
        ['console', consoleAddressOfRun(cli.api().url, run.training_job_name)],
      ],
      style,
    ),
  );
  const { tone, sentence, next } = standingOf(run, run.deployments[0] ?? null);
  cli.print(`\n${style.paint(tone, printable(sentence))}${next === null ? '' : `\n${printable(next)}`}`);
  showDeployments(cli, run);
  const shown = run.history.slice(-shownEntries);
  cli.print(`\n${style.paint('quiet', 'HISTORY')}`);
  for (const entry of shown) cli.print(changeLine(entry));
  if (shown.length < run.history.length || run.earlier_history !== null)
    cli.say(`These are the newest ${shown.length}; \`autodeploy history ${run.training_job_name}\` has more`);
}

const phaseIn = ({ status, secondary_status: phase }: TrainingRunDetailsBody): string =>
  status === 'training' && phase !== null ? `${status}: ${phase}` : status;

const metricsOf = ({ metrics }: TrainingRunDetailsBody): string | null =>
  metrics === null
    ? null
    : Object.entries(metrics)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ');

function showDeployments(cli: Cli, { deployments }: TrainingRunDetailsBody): void {
  if (deployments.length === 0) return;
  cli.print('');
  showTable(
    cli,
    ['DEPLOYMENT', 'STATUS', 'STEP', 'TRIGGER', 'WHY'],
    deployments.map((one) => [
      { text: one.deployment_id },
      { text: one.status, tone: toneOfStatus(one.status) },
      { text: one.step },
      { text: one.trigger },
      { text: one.failure_reason ?? (one.waits_for === null ? '' : `waits: ${one.waits_for.detail ?? one.waits_for.kind}`) },
    ]),
    '',
  );
}
