import { skewText } from './clock.ts';
import { isAlive, type ServiceProcess } from './service-process.ts';
import type { SkippedItem, SkippedKind } from './skipped.ts';
import { type RedisFacts, warningsOf } from './redis-server.ts';
import { clockTiming } from './timing.ts';

/** A problem for operators, in `GET /status`. */
export interface Warning {
  /** Stable, for programs. */
  code: string;
  detail: string;
}

/** What is known when the warnings are requested; null for what could not be read. */
export interface Known {
  databaseProblem: string | null;
  redisProblem: string | null;
  redis: RedisFacts | null;
  processes: readonly ServiceProcess[] | null;
  oldestDueSince: number | null;
  skipped: readonly SkippedItem[];
}

/** A job that is this late was not taken in time by any running worker. */
const lateJobMs = 60_000;

/** Returns the problems for operators, the gravest first. Each rule adds its own. */
export function warningsFor(known: Known, now: number): Warning[] {
  return [
    ...when('database_unavailable', known.databaseProblem),
    ...when('redis_unavailable', known.redisProblem),
    ...(known.processes === null ? [] : ofProcesses(known.processes, known.redisProblem, now)),
    ...lateJob(known.oldestDueSince, now),
    ...ofSkipped(known.skipped),
    ...(known.redis === null ? [] : warningsOf(known.redis)),
  ];
}

const when = (code: string, detail: string | null): Warning[] => (detail === null ? [] : [{ code, detail }]);

const noWorkerWarning: Warning = {
  code: 'no_worker',
  detail: 'no worker is running: no training is observed and nothing is deployed until one starts',
};

/** A problem that all processes share has its own warning. */
function ofProcesses(processes: readonly ServiceProcess[], shared: string | null, now: number): Warning[] {
  const alive = processes.filter((one) => isAlive(one, now));
  const failing = alive.flatMap(({ service, name, problem }): Warning[] =>
    when(`${service}_problem`, problem === null || problem === shared ? null : `${service} ${name}: ${problem}`),
  );
  const skewed = alive.flatMap(({ service, name, clockSkewMs }): Warning[] =>
    when('clock_skewed', isSkewed(clockSkewMs) ? `${service} ${name}: ${skewText(clockSkewMs)}` : null),
  );
  return [...(alive.some(({ service }) => service === 'worker') ? [] : [noWorkerWarning]), ...failing, ...skewed];
}

/** A host that is further off has a problem, and says so itself. */
const isSkewed = (skewMs: number | null): skewMs is number =>
  skewMs !== null && Math.abs(skewMs) > clockTiming.skewMs && Math.abs(skewMs) <= clockTiming.unusableSkewMs;

/** Skipped runs and deployments, which stand still. Skipped training jobs are foreign, or are retried. */
function ofSkipped(skipped: readonly SkippedItem[]): Warning[] {
  const of = (...kinds: SkippedKind[]): SkippedItem[] => skipped.filter(({ kind }) => kinds.includes(kind));
  const [elsewhere, unhandled] = [of('run_elsewhere'), of('run', 'deployment')];
  return [...when('runs_elsewhere', summary(elsewhere)), ...when('not_handled', summary(unhandled))];
}

const summary = ([first, ...others]: SkippedItem[]): string | null =>
  first === undefined ? null : `${first.name}: ${first.reason}${others.length === 0 ? '' : ` (and ${others.length} more)`}`;

function lateJob(since: number | null, now: number): Warning[] {
  if (since === null || now - since < lateJobMs) return [];
  return [
    { code: 'jobs_late', detail: `a job has been due for ${Math.round((now - since) / 1000)} s, and no worker has taken it` },
  ];
}
