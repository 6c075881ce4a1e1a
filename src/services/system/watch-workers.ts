import { heartbeatIntervalMs, isAlive } from '../../core/service-process.ts';
import type { Logger } from '../../ports/logger.ts';
import type { QueueView } from '../../ports/queue.ts';
import type { ProcessStore } from '../../ports/store.ts';

interface Options {
  store: { processes: Pick<ProcessStore, 'list'> };
  queue: Pick<QueueView, 'due'>;
  log: Logger;
  now: () => number;
  /** How long no worker may run before that is logged: all of them start at once, or are replaced. */
  graceMs?: number;
}

/** Logs once when no worker runs, and once when one does again. Also reads the queue, so that it is known since when a job waits. */
export function watchWorkers({ store, queue, log, now, graceMs = 30_000 }: Options): {
  observe(): Promise<void>;
  stop(): void;
} {
  let noneSince: number | null = null;
  let logged = false;
  const observe = async (): Promise<void> => {
    await queue.due().catch(() => {});
    const processes = await store.processes.list().catch(() => null);
    if (processes === null) return;
    if (processes.some((one) => one.service === 'worker' && isAlive(one, now()))) {
      if (logged) log.info({ event: 'worker.back' }, 'a worker is running again');
      noneSince = null;
      logged = false;
      return;
    }
    noneSince ??= performance.now();
    if (logged || performance.now() - noneSince < graceMs) return;
    log.error({ event: 'worker.none' }, 'no worker is running');
    logged = true;
  };
  const timer = setInterval(() => void observe(), heartbeatIntervalMs);
  timer.unref();
  return { observe, stop: () => clearInterval(timer) };
}
