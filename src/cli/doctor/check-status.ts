import type { StatusBody } from '../../api/schemas/status.ts';
import { formatAge, formatDuration, formatInstant } from '../durations.ts';
import { type Check, failed, ok, skipped, warning } from './check.ts';

const runbook = 'docs/operations/runbook.md';

/** Warnings of the service that a check of its own says already. */
const saidElsewhere: readonly string[] = [
  'database_unavailable',
  'redis_unavailable',
  'no_worker',
  'jobs_late',
  'worker_problem',
  'api_problem',
];

/** What `GET /status` shows. `now`: by the service's clock. */
export function checkStatus(status: StatusBody, now: number): Check[] {
  return [
    ...checkProcesses(status),
    checkOldestJob(status),
    checkEvents(status, now),
    checkChangeFeed(status, now),
    checkCalls(status),
    ...status.warnings
      .filter(({ code }) => !saidElsewhere.includes(code))
      .map(({ code, detail }) =>
        warning(code.replaceAll('_', ' '), detail, { todo: 'The runbook says what to do', docs: `${runbook}#warnings` }),
      ),
  ];
}

function checkProcesses({ workers, api_processes: apiProcesses }: StatusBody): Check[] {
  if (workers === null) return [skipped('workers', 'unknown while the database is unavailable')];
  const docs = `${runbook}#warnings`;
  if (workers.length === 0)
    return [
      failed('workers', 'none runs: no training is observed, and nothing is deployed', {
        todo: 'Start one: `npm run worker`',
        docs,
      }),
    ];
  const unfit = (check: string, processes: readonly { name: string; problem: string | null }[]): Check[] =>
    processes
      .filter(({ problem }) => problem !== null)
      .map(({ name, problem }) => failed(check, `${name}: ${problem ?? ''}`, { todo: 'Repair what it names', docs }));
  const unfitWorkers = unfit('workers', workers);
  return [
    ...(unfitWorkers.length > 0 ? unfitWorkers : [ok('workers', `${workers.length} alive`)]),
    ...unfit('API processes', apiProcesses ?? []),
  ];
}

/** A job that is this late was not taken in time by any worker. */
const lateSeconds = 60;

function checkOldestJob({ oldest_waiting_job: job }: StatusBody): Check {
  if (job === null || job.late_seconds < lateSeconds)
    return ok('oldest waiting job', job === null ? 'none is due' : `due for ${formatDuration(job.late_seconds * 1000)}`);
  const detail = `${job.queue} of ${job.training_job_name} has been due for ${formatDuration(job.late_seconds * 1000)}`;
  return failed('oldest waiting job', detail, {
    todo: 'Start more workers, or restart one that is stuck',
    docs: `${runbook}#warnings`,
  });
}

function checkEvents({ last_event_at: at }: StatusBody, now: number): Check {
  if (at !== null) return ok('event path', `the last event came ${formatAge(now - Date.parse(at))}, at ${formatInstant(at)}`);
  return warning('event path', 'no event has come: completions are found by polling alone, within its interval', {
    todo: "Set up EventBridge's rules, or leave it at that",
    docs: 'docs/events.md',
  });
}

function checkChangeFeed({ change_feed: feed }: StatusBody, now: number): Check {
  if (feed === null) return skipped('change feed', 'unknown while the database is unavailable');
  const [problem] = feed.problems;
  if (problem !== undefined)
    return warning('change feed', `${problem.part}: ${problem.reason}`, {
      todo: 'Allow sagemaker:Search; trainings are described one by one meanwhile',
      docs: 'docs/aws.md#roles',
    });
  const swept = feed.swept_at === null ? '' : `, swept ${formatAge(now - Date.parse(feed.swept_at))}`;
  return ok('change feed', `${feed.mode}${swept}`);
}

function checkCalls({ sagemaker_calls: calls }: StatusBody): Check {
  if (calls === null) return skipped('SageMaker calls', 'unknown while the database is unavailable');
  const since = `since ${formatInstant(calls.since)}`;
  const named = calls.refused.map(({ operation, count, result }) => `${operation} ${result} ${count} times`).join(', ');
  if (calls.denied > 0)
    return failed('SageMaker calls', `${calls.denied} denied ${since}: ${named}`, {
      todo: 'Add the permission to the policy of the service; `autodeploy doctor --aws` names what is missing',
      docs: 'docs/aws.md#permissions-by-feature',
    });
  if (calls.throttled > 0)
    return warning('SageMaker calls', `${calls.throttled} throttled ${since}: ${named}`, {
      todo: 'Nothing: they are retried. For hours, request a higher quota',
      docs: 'docs/aws.md#quotas',
    });
  return ok('SageMaker calls', `none refused ${since}`);
}
