import type { DeploymentBody } from '../../api/schemas/deployment.ts';
import type { EndpointBody, EndpointDetailsBody } from '../../api/schemas/endpoint.ts';
import type { Cli } from '../cli.ts';
import { consoleAddressOfEndpoint } from '../console-address.ts';
import { formatAge, formatInstant } from '../durations.ts';
import { type AddCommand, addCommand } from '../command.ts';
import { showTable } from '../show-table.ts';
import { styleOf, toneOfStatus } from '../terminal/style.ts';
import { fields } from '../terminal/table.ts';
import { pathOfEndpoint } from '../watch/read-snapshot.ts';

export const addEndpoints: AddCommand = (program, cli) => {
  addCommand(program, 'endpoints', {
    summary: 'list the endpoints: what is live, in progress and waiting',
    examples: ['autodeploy endpoints'],
  }).action(async ({ json }: { json?: boolean }) => {
    const list = await cli.api().get<{ items: EndpointBody[] }>('/endpoints');
    if (json === true) return cli.printJson(list);
    const now = cli.now() + cli.api().clockAheadMs;
    showTable(
      cli,
      ['ENDPOINT', 'LIVE', 'SINCE', 'IN PROGRESS', 'WAITING', 'HELD'],
      list.items.map((one) => [
        { text: one.endpoint_name },
        { text: one.live?.training_job_name ?? '', tone: 'good' },
        { text: one.live_since === null ? '' : formatAge(now - Date.parse(one.live_since)) },
        { text: one.in_progress?.training_job_name ?? '', tone: 'busy' },
        { text: one.waiting.length === 0 ? '' : String(one.waiting.length) },
        { text: one.held === null ? '' : `by ${one.held.by ?? 'a caller'}: ${one.held.reason ?? ''}`, tone: 'warn' },
      ]),
      'No endpoint is known yet',
    );
  });
};

export const addEndpoint: AddCommand = (program, cli) => {
  addCommand(program, 'endpoint <name>', {
    summary: 'show an endpoint, and what it can go back to',
    examples: ['autodeploy endpoint ml-endpoint', 'autodeploy endpoint ml-endpoint --json | jq .policy'],
  }).action(async (name: string, { json }: { json?: boolean }) => {
    const endpoint = await cli.api().get<EndpointDetailsBody>(pathOfEndpoint(name));
    if (json === true) return cli.printJson(endpoint);
    showEndpoint(cli, endpoint);
  });
};

/** Also after `hold` and `release`. */
export function showEndpoint(cli: Cli, endpoint: EndpointDetailsBody): void {
  const { live, live_since: liveSince, in_progress: inProgress, held, waiting, former, policy } = endpoint;
  const now = cli.now() + cli.api().clockAheadMs;
  const age = (iso: string): string => `${formatInstant(iso)} (${formatAge(now - Date.parse(iso))})`;
  cli.print(
    fields(
      [
        ['endpoint', endpoint.endpoint_name, 'strong'],
        ['live', live?.training_job_name ?? 'nothing of this service', live === null ? 'quiet' : 'good'],
        ['since', liveSince === null ? null : age(liveSince)],
        ['in progress', inProgress === null ? null : `${inProgress.training_job_name} (${inProgress.step})`, 'busy'],
        [
          'held',
          held === null ? null : `since ${age(held.since)} by ${held.by ?? 'a caller'}: ${held.reason ?? 'without a reason'}`,
          'warn',
        ],
        ['rolled back', endpoint.rolled_back_at === null ? null : age(endpoint.rolled_back_at)],
        ['policy', Object.keys(policy).join(', ') || 'none: all at once'],
        ['console', consoleAddressOfEndpoint(cli.api().url, endpoint.endpoint_name)],
      ],
      styleOf(cli.stdout, cli.env),
    ),
  );
  showDeployments(cli, 'WAITING', waiting, now);
  showDeployments(cli, 'CAN GO BACK TO', former, now);
}

function showDeployments(cli: Cli, title: string, deployments: readonly DeploymentBody[], now: number): void {
  if (deployments.length === 0) return;
  cli.print('');
  showTable(
    cli,
    [title, 'DEPLOYMENT', 'STATUS', 'CREATED', 'WHY'],
    deployments.map((one) => [
      { text: one.training_job_name },
      { text: one.deployment_id },
      { text: one.status, tone: toneOfStatus(one.status) },
      { text: formatAge(now - Date.parse(one.created_at)) },
      { text: one.waits_for?.detail ?? one.waits_for?.kind ?? '' },
    ]),
    '',
  );
}
