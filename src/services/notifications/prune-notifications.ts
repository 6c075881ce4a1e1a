import { notificationTiming } from '../../core/timing.ts';
import type { ServiceContext } from '../context.ts';

const everyMs = 3_600_000;
const batchSize = 500;

/** Deletes notifications that ended long ago, once an hour in one process. What is left is deleted in the next hour. */
export async function pruneNotifications({ store, now }: Pick<ServiceContext, 'store' | 'now'>): Promise<void> {
  if ((await store.leases.acquire({ task: 'prune-notifications', everyMs, now: now() })) === null) return;
  await store.notifications.pruneEnded({ endedBefore: now() - notificationTiming.keepEndedMs, limit: batchSize });
}
