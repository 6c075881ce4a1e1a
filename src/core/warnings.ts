import { isAlive, type ServiceProcess } from './service-process.ts';
import type { PassedOver, PassedOverKind } from './skipped.ts';
import { type RedisFacts, warningsOf } from './redis-server.ts';

/** Something that a person should know of, in `GET /status`. */
export interface Warning {
  /** Stable, for programs. */
  code: string;
  detail: string;
}

/** What is known when the warnings are asked for; null for what could not be read. */
export interface Known {
  databaseTrouble: string | null;
  redisTrouble: string | null;
  redis: RedisFacts | null;
  processes: readonly ServiceProcess[] | null;
  oldestDueSince: number | null;
  passedOver: readonly PassedOver[];
}

/** So late a job was not taken in time by any worker that lives. */
const lateJobMs = 60_000;

/** What a person should know of, the gravest first. Each rule adds its own. */
export function warningsFor(known: Known, now: number): Warning[] {
  return [
    ...when('database_unavailable', known.databaseTrouble),
    ...when('redis_unavailable', known.redisTrouble),
    ...(known.processes === null ? [] : ofProcesses(known.processes, known.redisTrouble, now)),
    ...lateJob(known.oldestDueSince, now),
    ...ofPassedOver(known.passedOver),
    ...(known.redis === null ? [] : warningsOf(known.redis)),
  ];
}

const when = (code: string, detail: string | null): Warning[] => (detail === null ? [] : [{ code, detail }]);

export const noWorkerWarning: Warning = {
  code: 'no_worker',
  detail: 'no worker lives: nothing is watched and nothing is deployed until one is started',
};

/** What all of them have in common is said once, elsewhere. */
function ofProcesses(processes: readonly ServiceProcess[], saidAlready: string | null, now: number): Warning[] {
  const alive = processes.filter((one) => isAlive(one, now));
  const troubled = alive.flatMap(({ service, name, trouble }): Warning[] =>
    when(`${service}_trouble`, trouble === null || trouble === saidAlready ? null : `${service} ${name}: ${trouble}`),
  );
  return alive.some(({ service }) => service === 'worker') ? troubled : [noWorkerWarning, ...troubled];
}

/** Runs and deployments that stand still; somebody else's training jobs are nobody's worry. */
function ofPassedOver(passedOver: readonly PassedOver[]): Warning[] {
  const of = (...kinds: PassedOverKind[]): PassedOver[] => passedOver.filter(({ kind }) => kinds.includes(kind));
  const [elsewhere, unhandled] = [of('run_elsewhere'), of('run', 'deployment')];
  return [...when('runs_elsewhere', told(elsewhere)), ...when('not_handled', told(unhandled))];
}

const told = ([first, ...others]: PassedOver[]): string | null =>
  first === undefined ? null : `${first.name}: ${first.reason}${others.length === 0 ? '' : ` (and ${others.length} more)`}`;

function lateJob(since: number | null, now: number): Warning[] {
  if (since === null || now - since < lateJobMs) return [];
  return [
    { code: 'jobs_late', detail: `a job has been due for ${Math.round((now - since) / 1000)} s, and no worker has taken it` },
  ];
}
