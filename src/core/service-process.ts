import { hasPassed } from './instants.ts';

/** The programs that write themselves down. */
export type ServiceName = 'api' | 'worker';

/** One start of one process of the service, as it describes itself. */
export interface ServiceProcess {
  /** `<host>-<pid>-<random>`. */
  name: string;
  service: ServiceName;
  version: string;
  startedAt: number;
  lastSeenAt: number;
  /** What keeps it from working, for people to read; null when nothing does. */
  problem: string | null;
}

/** How often a process says that it lives. */
export const heartbeatIntervalMs = 5000;
/** Who was heard within this time lives: three of the times that it says so may be missed. */
const aliveForMs = 4 * heartbeatIntervalMs;
/** After this a process that has ended without saying so is forgotten. */
export const forgottenAfterMs = 3_600_000;

/** An instant in the future was written by a clock that was put back since, and says nothing. */
export const isAlive = ({ lastSeenAt }: Pick<ServiceProcess, 'lastSeenAt'>, now: number): boolean =>
  !hasPassed(lastSeenAt, aliveForMs, now);
