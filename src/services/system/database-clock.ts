import {
  clockLevelOf,
  type ClockLevel,
  type ClockEstimate,
  correctedBy,
  estimateOf,
  instantOf,
  skewText,
} from '../../core/clock.ts';
import { clockTiming } from '../../core/timing.ts';
import { waitAtMost } from '../../async/with-timeout.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Store } from '../../ports/store.ts';

/** The clock of a process. Instants in milliseconds since 1970 UTC. */
export interface Clock {
  readonly now: () => number;
  /** How far the host's clock is ahead of it; null while that is unknown. */
  readonly skewMs: () => number | null;
  /** False until it has been read for the first time: no instant of it may be recorded before. */
  readonly isKnown: () => boolean;
  /** Why the process must not work, for people to read; null when it may. */
  readonly problem: () => string | null;
  /** Calls `listener` now, and whenever `problem` changes between null and a reason. */
  readonly watchProblem: (listener: () => void) => void;
  /** Reads it, and keeps it right from now on. Never fails, and takes no longer than the start of a program may. */
  readonly start: () => Promise<void>;
  readonly stop: () => void;
}

/** Where the database is a file of this host, all processes have its clock. */
export const hostClock = (now: () => number): Clock => ({
  now,
  skewMs: () => 0,
  isKnown: () => true,
  problem: () => null,
  watchProblem: (listener) => listener(),
  start: async () => {},
  stop() {},
});

interface Options {
  store: Pick<Store, 'now'>;
  log: Logger;
  hostNow?: () => number;
  monotonicNow?: () => number;
  times?: { measureEveryMs: number; retryMs: number };
}

/**
 * The clock of the database, which all hosts share. It is read every half a minute, and at once when the host's clock is set or the host
 * was suspended. It goes back only where the database's does, by more than a second.
 */
export function databaseClock(options: Options): Clock {
  const { store, log, times = clockTiming } = options;
  const { hostNow = Date.now, monotonicNow = () => performance.now() } = options;
  let known: ClockEstimate | null = null;
  let last = -Infinity;
  let level: ClockLevel = 'right';
  /** The host's clock less the database's, when that was last measured. */
  let skewMs: number | null = null;
  /** Whether the host's clock has moved by itself since then. */
  let hasJumped = false;
  let listener = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  let measuring: Promise<void> | null = null;
  let isStopped = false;

  const now = (): number => {
    if (known === null) return hostNow();
    const at = Math.floor(instantOf(known, monotonicNow()));
    if (!hasJumped && Math.abs(hostNow() - at - (skewMs ?? 0)) > clockTiming.jumpMs) measureSoon();
    if (at < last && last - at <= clockTiming.standStillMs) return last;
    last = at;
    return at;
  };

  const report = (measuredMs: number): void => {
    const before = level;
    level = clockLevelOf(measuredMs, before);
    if (level === before) return;
    const fields = { skew_ms: Math.round(measuredMs) };
    if (level === 'unusable')
      log.error({ event: 'clock.unusable', ...fields }, 'host clock is too far off; process does not work');
    if (level === 'skewed') log.warn({ event: 'clock.skewed', ...fields }, 'host clock differs from that of the database');
    if (level === 'right') log.info({ event: 'clock.corrected', ...fields }, 'host clock agrees with that of the database again');
    if (level === 'unusable' || before === 'unusable') listener();
  };

  const problem = (): string | null => (level === 'unusable' && skewMs !== null ? skewText(skewMs) : null);

  const read = async () => {
    const sentAt = monotonicNow();
    const at = await store.now();
    return { sentAt, at, receivedAt: monotonicNow() };
  };

  const measure = async (): Promise<boolean> => {
    try {
      const first = await read();
      const readings = [];
      while (readings.length < clockTiming.readings - 1) readings.push(await read());
      known = correctedBy(known, estimateOf([first, ...readings]));
      skewMs = hostNow() - instantOf(known, monotonicNow());
      hasJumped = false;
      report(skewMs);
      return true;
    } catch (error) {
      log.debug({ event: 'clock.not_read', err: error }, 'clock of the database cannot be read; retrying');
      return false;
    }
  };

  const measureAndGoOn = (): Promise<void> => {
    clearTimeout(timer);
    measuring ??= measure().then((isRead) => {
      measuring = null;
      if (isStopped) return;
      timer = setTimeout(() => void measureAndGoOn(), isRead ? times.measureEveryMs : times.retryMs);
      timer.unref();
    });
    return measuring;
  };

  /** Once for each jump. */
  function measureSoon(): void {
    hasJumped = true;
    if (!isStopped) void measureAndGoOn();
  }

  return {
    now,
    skewMs: () => skewMs,
    isKnown: () => known !== null,
    problem,
    watchProblem(changed) {
      listener = changed;
      listener();
    },
    start: () => waitAtMost(clockTiming.startWaitMs, measureAndGoOn()),
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
