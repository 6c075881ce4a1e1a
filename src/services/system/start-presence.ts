import { runPeriodically } from '../../async/run-periodically.ts';
import { heartbeatIntervalMs, type ServiceProcess } from '../../core/service-process.ts';
import type { Logger } from '../../ports/logger.ts';
import type { QueueView } from '../../ports/queue.ts';
import type { ProcessStore } from '../../ports/store.ts';

export interface Presence {
  /** Records that the process ends. Never fails. */
  stop(): Promise<void>;
}

interface PresenceOptions {
  store: { processes: Pick<ProcessStore, 'recordHeartbeat' | 'forget'> };
  log: Logger;
  now: () => number;
  self: Omit<ServiceProcess, 'lastSeenAt' | 'problem' | 'clockSkewMs'>;
  /** What keeps the process from working now, for operators; null when nothing does. */
  problem: () => Promise<string | null> | string | null;
  /** As in ServiceProcess. */
  clockSkewMs: () => number | null;
}

/** Records the process in the database, now and every few seconds, so that any API process can report it. */
export function startPresence({ store, log, now, self, problem, clockSkewMs }: PresenceOptions): Presence {
  const beat = async (): Promise<void> => {
    try {
      const skewMs = clockSkewMs();
      await store.processes.recordHeartbeat({
        ...self,
        problem: await problem(),
        clockSkewMs: skewMs === null ? null : Math.round(skewMs),
        lastSeenAt: now(),
      });
    } catch (error) {
      log.debug({ event: 'process.not_recorded', err: error }, 'process cannot be recorded; retrying');
    }
  };
  const beats = runPeriodically({ initialDelayMs: 0, intervalMs: heartbeatIntervalMs, random: () => 0, run: beat });
  return {
    async stop() {
      await beats.stop();
      await store.processes.forget(self.name).catch(() => {});
    },
  };
}

/** Returns why Redis takes no writes; null when it takes them. */
export const problemOfQueue = (queue: Pick<QueueView, 'probe'>): Promise<string | null> =>
  queue.probe().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
