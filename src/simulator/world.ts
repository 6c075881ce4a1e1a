import type { CallLog } from './calls.ts';
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

/** What the stand-in is made of; the HTTP side and the control routes work on it. */
export interface World {
  state: State;
  faults: FaultBook;
  rateLimits: RateLimits;
  calls: CallLog;
  accountId: string;
  log: Log;
  /** Milliseconds since 1970 UTC. */
  now: () => number;
  /** As they are now: those of the start, and over them what was set by the control route. */
  settings: () => Settings;
  changeSettings: (patch: SettingsPatch) => void;
  /** Forgets everything but the settings of the start. */
  reset: () => void;
  /** Aborted when the stand-in closes, so that no delayed call keeps it. */
  closing: AbortSignal;
}
