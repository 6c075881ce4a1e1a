import type { ApiDeps } from '../api/deps.ts';
import type { ApiSettings } from '../config/config.ts';
import { createMetrics } from '../observability/metrics.ts';
import type { Logger } from '../observability/logger.ts';
import { readFeedStatus } from '../services/feed/read-feed-status.ts';
import { readStatus } from '../services/system/read-status.ts';
import { HistoryFeed } from '../services/history/history-feed.ts';
import type { AppContext } from './context.ts';

/** What the API needs from the outside. */
export function createApiDeps(
  { ctx, store, clock, queue, sagemaker, requests, sharedDatabase, consoleSessions, self: { version } }: AppContext,
  { apiKeys, basePath, publicUrl }: Pick<ApiSettings, 'apiKeys' | 'basePath' | 'publicUrl'>,
  log: Logger,
): ApiDeps {
  const { now } = ctx;
  const metrics = createMetrics({
    store,
    queueDepths: () => queue.depths(),
    due: () => queue.due(),
    probeRedis: () => queue.probe(),
    feed: () => readFeedStatus(ctx),
    now,
    version,
  });
  return {
    ctx,
    apiKeys,
    basePath,
    publicUrl,
    approvalLinks: ctx.approvalLinks,
    historyFeed: new HistoryFeed({ store, log }),
    consoleSessions,
    boardQueues: queue.queues,
    health: {
      redis: () => queue.probe(),
      async database() {
        const problem = sharedDatabase.problem();
        if (problem !== null) throw new Error(problem);
        await store.ping();
      },
      sagemaker: () => sagemaker.checkCredentials(),
      async clock() {
        const problem = clock.problem();
        if (problem !== null) throw new Error(problem);
      },
    },
    version,
    readStatus: () => readStatus(ctx, { queue, databaseDiffers: () => sharedDatabase.problem() }),
    queueDepths: async () => ({ ...(await queue.depths()) }),
    metricsText: () => metrics.text(),
    onResponse: requests.count,
    log,
  };
}
