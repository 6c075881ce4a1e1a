import { hasPassed } from './instants.ts';

/** The programs that record their processes. */
export type ServiceName = 'api' | 'worker';

/** One start of one process of the service, as it describes itself. */
export interface ServiceProcess {
  /** `<host>-<pid>-<random>`. */
  name: string;
  service: ServiceName;
  version: string;
  startedAt: number;
  lastSeenAt: number;
  /** What keeps it from working, for operators; null when nothing does. */
  problem: string | null;
  /** How far the clock of its host is ahead of the database's; null while that is unknown. */
  clockSkewMs: number | null;
}

/** How often a process records that it runs. */
export const heartbeatIntervalMs = 5000;
/** A process that was seen within this time runs: three heartbeats may be missed. */
const aliveForMs = 4 * heartbeatIntervalMs;
/** A process that ended without recording it is forgotten after this time. */
export const forgottenAfterMs = 3_600_000;

/** Whether the process runs. An instant in the future was written by a clock that was put back since, and says nothing. */
export const isAlive = ({ lastSeenAt }: Pick<ServiceProcess, 'lastSeenAt'>, now: number): boolean =>
  !hasPassed(lastSeenAt, aliveForMs, now);
