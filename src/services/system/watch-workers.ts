import { heartbeatIntervalMs, isAlive } from '../../core/service-process.ts';
import { noWorkerWarning } from '../../core/warnings.ts';
import type { Logger } from '../../ports/logger.ts';
import type { QueueView } from '../../ports/queue.ts';
import type { ProcessStore } from '../../ports/store.ts';

interface Options {
  store: { processes: Pick<ProcessStore, 'list'> };
  queue: Pick<QueueView, 'due'>;
  log: Logger;
  now: () => number;
  /** How long none may live before it is said: all start at once, or are replaced. */
  retryBudgetMs?: number;
}

/** Says once when no worker lives, and once when one does again. Also looks at the queue, so that it is known since when a job waits. */
export function watchWorkers({ store, queue, log, now, retryBudgetMs = 30_000 }: Options): {
  observe(): Promise<void>;
  stop(): void;
} {
  let noneSince: number | null = null;
  let said = false;
  const observe = async (): Promise<void> => {
    await queue.due().catch(() => {});
    const processes = await store.processes.list().catch(() => null);
    if (processes === null) return;
    if (processes.some((one) => one.service === 'worker' && isAlive(one, now()))) {
      if (said) log.info({}, 'a worker lives again');
      noneSince = null;
      said = false;
      return;
    }
    noneSince ??= performance.now();
    if (said || performance.now() - noneSince < retryBudgetMs) return;
    log.error({}, noWorkerWarning.detail);
    said = true;
  };
  const timer = setInterval(() => void observe(), heartbeatIntervalMs);
  timer.unref();
  return { observe, stop: () => clearInterval(timer) };
}
