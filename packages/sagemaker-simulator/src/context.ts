import type { CallLog } from './state/call-log.ts';
import type { FaultBook } from './faults/fault-book.ts';
import type { RateLimits } from './faults/rate-limits.ts';
import type { Settings, SettingsPatch } from './settings.ts';
import type { State } from './state/state.ts';

/** A line of the log. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The parts of one simulator, as the HTTP server and the control routes need them. */
export interface SimulatorContext {
  state: State;
  faults: FaultBook;
  rateLimits: RateLimits;
  calls: CallLog;
  accountId: string;
  log: Log;
  /** Milliseconds since 1970 UTC. */
  now: () => number;
  random: () => number;
  /** Whatever alarms have made of rollouts up to now; to be called before anything is shown or changed. */
  settle: () => void;
  /** The settings in force: those of the start, overridden by those of the control route. */
  settings: () => Settings;
  changeSettings: (patch: SettingsPatch) => void;
  /** Deletes all state and resets the settings to those of the start. */
  reset: () => void;
  /** Aborted when the simulator closes, so that no delayed call holds it open. */
  closing: AbortSignal;
}
