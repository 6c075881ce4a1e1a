import { Counter, Gauge, type Registry } from 'prom-client';
import type { FeedStatus } from '../services/feed/read-feed-status.ts';

const modes: readonly FeedStatus['mode'][] = ['off', 'small', 'search', 'describe'];
const parts = ['search', 'list'] as const;

/** How the service learns of the ends of trainings, and what of that fails. */
export function showFeed(feed: FeedStatus, registry: Registry): void {
  const registers = [registry];
  const mode = new Gauge({
    name: 'autodeploy_feed',
    help: '1 for the way in which ends of trainings are found',
    labelNames: ['mode'],
    registers,
  });
  for (const one of modes) mode.set({ mode: one }, feed.mode === one ? 1 : 0);

  const failed = new Gauge({
    name: 'autodeploy_feed_failed',
    help: 'Whether a part of the change feed fails: sweeps by Search, walks through the list',
    labelNames: ['part'],
    registers,
  });
  for (const part of parts) failed.set({ part }, feed.problems.some(({ name }) => name === part) ? 1 : 0);

  const found = new Counter({
    name: 'autodeploy_feed_found_total',
    help: 'Trainings whose end a part of the change feed has shown; what the list shows, Search has not',
    labelNames: ['part'],
    registers,
  });
  for (const part of parts) found.inc({ part }, feed.found[part]);

  const swept = new Gauge({
    name: 'autodeploy_feed_swept_timestamp_seconds',
    help: 'When the last complete sweep began',
    registers,
  });
  if (feed.sweptAt !== null) swept.set(feed.sweptAt / 1000);
}
