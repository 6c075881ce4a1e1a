import type { TrainingRunBody } from '../../api/schemas/training-run.ts';
import { formatAge } from '../durations.ts';
import { type AddCommand, addCommand } from '../command.ts';
import { parseCount, parseSince } from '../options.ts';
import { showTable } from '../show-table.ts';
import { toneOfStatus } from '../terminal/style.ts';

interface Options {
  status?: string;
  deploymentStatus?: string;
  endpoint?: string;
  name?: string;
  since?: string;
  until?: string;
  limit: number;
  json?: boolean;
}

interface Page {
  items: TrainingRunBody[];
  next_cursor: string | null;
  counts: { status: Partial<Record<string, number>> };
}

const examples = [
  'autodeploy runs',
  'autodeploy runs --status failed,timed_out --since 24h',
  'autodeploy runs --endpoint ml-endpoint --deployment-status rolled_back --json',
];

export const addRuns: AddCommand = (program, cli) => {
  addCommand(program, 'runs', { summary: 'list the training runs, newest first', examples })
    .option(
      '-s, --status <status>',
      'of the run: requested, training, completed, failed, stopped, timed_out; several with commas',
    )
    .option('--deployment-status <status>', 'of its newest deployment: none, queued, deployed, …; several with commas')
    .option('-e, --endpoint <name>', 'of this endpoint')
    .option('--name <text>', 'whose name contains this')
    .option('--since <time>', 'from 24h ago, or from an instant in ISO 8601', parseSince(cli.now))
    .option('--until <time>', 'before that', parseSince(cli.now))
    .option('-n, --limit <count>', 'how many at most, up to 100', parseCount(1, 100), 20)
    .action(async (options: Options) => {
      const { status, deploymentStatus, endpoint, name, since, until, limit } = options;
      const query = {
        status,
        deployment_status: deploymentStatus,
        endpoint_name: endpoint,
        name_contains: name,
        since,
        until,
        limit,
      };
      const flags = { deployment_status: '--deployment-status', name_contains: '--name' };
      const page = await cli.api().get<Page>('/training-jobs', { query, flags });
      if (options.json === true) return cli.printJson(page);
      const now = cli.now() + cli.api().clockAheadMs;
      showTable(
        cli,
        ['NAME', 'STATUS', 'DEPLOYMENT', 'STARTED', 'ENDPOINT'],
        page.items.map((run) => [
          { text: run.training_job_name },
          { text: run.status, tone: toneOfStatus(run.status) },
          { text: run.deployment_status, tone: toneOfStatus(run.deployment_status) },
          { text: formatAge(now - Date.parse(run.created_at)) },
          { text: run.endpoint_name },
        ]),
        'No run',
      );
      if (page.next_cursor !== null) cli.say(`There are more: -n shows up to 100, and --since, --status and --endpoint choose`);
    });
};
