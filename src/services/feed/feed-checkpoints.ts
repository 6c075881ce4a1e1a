import type { Store } from '../../ports/store.ts';

/** Where the change feed keeps what all processes share: as checkpoints of tasks. A checkpoint of 0 stands for none. */
export const feedTasks = {
  /** Its checkpoint is the watermark: the largest LastModifiedTime that a sweep has seen, of SageMaker's clock. */
  sweep: 'change-feed',
  /** FeedState.sweptAt and coveredSince. */
  swept: 'change-feed:swept',
  covered: 'change-feed:covered',
  /** The value of `found` at which sweeps were found to miss most of what ends, plus 1. */
  distrusted: 'change-feed:distrusted',
  relist: 'relist',
  /** FeedState.relistedAt and relistReadAt. */
  relisted: 'relist:done',
  relistRead: 'relist:read',
  /** Counters, which only the holder of the task's lease raises: ended trainings that sweeps have found, and that walks have. */
  found: 'change-feed:found',
  missed: 'relist:found',
  /** The counter of sweeps when the last walk ended. */
  foundAtRelist: 'relist:found-by-sweeps',
} as const;

type FeedTask = (typeof feedTasks)[keyof typeof feedTasks];

export async function findFeedCheckpoint({ leases }: Pick<Store, 'leases'>, task: FeedTask): Promise<number | null> {
  const at = await leases.findCheckpoint(task);
  return at === 0 ? null : at;
}

export const saveFeedCheckpoint = ({ leases }: Pick<Store, 'leases'>, task: FeedTask, value: number | null): Promise<void> =>
  leases.saveCheckpoint({ task, checkpointAt: value ?? 0 });

export async function raiseCounter(
  store: Pick<Store, 'leases'>,
  task: 'change-feed:found' | 'relist:found',
  by: number,
): Promise<void> {
  if (by > 0) await saveFeedCheckpoint(store, task, ((await findFeedCheckpoint(store, task)) ?? 0) + by);
}
