import type { StatusBody } from '../../api/schemas/status.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Api } from '../http/api.ts';
import { version } from '../version.ts';
import { type Check, failed, ok, skipped, warning } from './check.ts';
import { checkKey } from './check-key.ts';
import { checkStatus } from './check-status.ts';

const once = { repeatForMs: 0 };

/** What the service says about itself, in the order in which one depends on the other. */
export async function checkService(cli: Cli): Promise<Check[]> {
  const api = cli.api();
  const sentAt = cli.now();
  const address = await responds(api, sentAt, cli.now);
  if (address.status === 'failed') return [address];
  const clock = checkClock(api.clockAheadMs);
  const parts = await checkParts(api);
  const status = await api.get<StatusBody>('/status', once).catch(unlessInterrupted);
  if (status instanceof CliError) {
    const todo = status.hint ?? 'Read the log of the service';
    return [
      address,
      clock,
      failed('key', status.message, { todo, docs: 'docs/api.md#keys' }),
      ...parts,
      skipped('status', 'GET /status needs a key'),
    ];
  }
  return [
    address,
    ...(await checkKey(api)),
    clock,
    checkVersions(status),
    ...parts,
    ...checkStatus(status, cli.now() + api.clockAheadMs),
    await checkFeed(api),
  ];
}

const unlessInterrupted = (error: unknown): CliError => {
  if (error instanceof CliError && error.exitCode !== exitCodes.interrupted) return error;
  throw error;
};

async function responds(api: Api, sentAt: number, now: () => number): Promise<Check> {
  const result = await api.get('/health/live', once).catch(unlessInterrupted);
  if (result instanceof CliError)
    return failed('address', result.message, {
      todo: result.hint ?? 'Start the service',
      docs: 'docs/command-line.md#where-the-service-is',
    });
  return ok('address', `${api.url} responds in ${now() - sentAt} ms`);
}

/** AWS refuses signatures that are five minutes off: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html. */
const clockBounds = { warningMs: 5000, failedMs: 300_000 };

function checkClock(aheadMs: number): Check {
  const size = Math.abs(aheadMs);
  const detail = `this machine's clock is ${(size / 1000).toFixed(0)} s ${aheadMs > 0 ? 'behind' : 'ahead of'} the service's`;
  if (size < clockBounds.warningMs) return ok('clock', "this machine's clock agrees with the service's");
  const advice = { todo: 'Synchronize the clocks by NTP', docs: 'docs/operations/runbook.md#a-wrong-clock' };
  return size < clockBounds.failedMs ? warning('clock', detail, advice) : failed('clock', detail, advice);
}

function checkVersions({ version: service, workers, api_processes: apiProcesses }: StatusBody): Check {
  const others = [
    ...new Set([...(workers ?? []), ...(apiProcesses ?? [])].map((one) => one.version).filter((one) => one !== service)),
  ];
  const docs = 'docs/command-line.md#versions';
  if (others.length > 0)
    return warning('versions', `the service runs ${[service, ...others].join(' and ')} at once`, {
      todo: 'Finish the upgrade: restart the older processes',
      docs,
    });
  if (service !== version)
    return warning('versions', `the service is ${service}, this program ${version}`, {
      todo: 'Use the program of the same release',
      docs,
    });
  return ok('versions', `service and program are ${version}`);
}

interface Ready {
  checks: Record<string, string>;
}

const partDocs: Record<string, string> = {
  redis: 'docs/operations/runbook.md#redis',
  database: 'docs/operations/runbook.md#the-database',
  sagemaker: 'docs/operations/runbook.md#aws-credentials',
  clock: 'docs/operations/runbook.md#a-wrong-clock',
};

/** Redis, database, credentials, clock: `GET /health/ready`, which needs no key. */
async function checkParts(api: Api): Promise<Check[]> {
  const ready = await api.get<Ready>('/health/ready', once).catch(unlessInterrupted);
  const checks = ready instanceof CliError ? ready.problem?.checks : ready.checks;
  if (checks === undefined)
    return [failed('ready', ready instanceof CliError ? ready.message : 'unknown', { todo: 'Read the log of the service' })];
  return Object.entries(checks).map(([part, state]) => {
    const name = part === 'sagemaker' ? 'AWS credentials' : part === 'clock' ? "service's clock" : part;
    return state === 'ok'
      ? ok(name, 'ok')
      : failed(name, state, { todo: 'Repair it: the runbook says how', docs: partDocs[part] });
  });
}

async function checkFeed(api: Api): Promise<Check> {
  const page = await api.get<{ last_id: number }>('/history', { ...once, query: { limit: 1 } }).catch(unlessInterrupted);
  if (!(page instanceof CliError)) return ok('history feed', 'it responds');
  return warning('history feed', page.problem?.code === 'not_found' ? 'the service has none' : page.message, {
    todo: 'Upgrade the service; watching polls meanwhile',
    docs: 'docs/command-line.md#versions',
  });
}
