import type { Logger } from '../services/ports.ts';
import type { QueueWorker } from './queue-worker.ts';

const standstillMs = 60_000;

/**
 * Looks whether jobs wait while nobody takes any: BullMQ workers were seen to sleep through that while they say that they run and
 * Redis answers (bullmq-facts, section 4). Answers a function to be called now and then, which warns when it lasts.
 */
export function createStandstillWatch(
  worker: Pick<QueueWorker, 'queueName' | 'active' | 'counts'>,
  log: Logger,
  now: () => number = Date.now,
): () => Promise<void> {
  let since: number | null = null;
  return async () => {
    const { waiting, active } = await worker.counts();
    if (waiting === 0 || active > 0 || worker.active() > 0) {
      since = null;
      return;
    }
    since ??= now();
    const lastsMs = now() - since;
    if (lastsMs >= standstillMs) {
      log.warn(
        { queue: worker.queueName, waiting, lasts_ms: lastsMs },
        'jobs wait and no worker takes them; restart the workers',
      );
    }
  };
}
