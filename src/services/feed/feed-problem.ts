import { errorMessage, SageMakerError } from '../../core/errors.ts';
import type { ServiceContext } from '../context.ts';

/** What of the change feed fails: the sweeps by Search, or the walks through ListTrainingJobs. */
export type FeedPart = 'search' | 'list';

/** Records for /status and /metrics, and logs once for all processes, why a part of the feed fails. */
export async function reportFeedProblem(
  { store, log, now }: ServiceContext,
  { part, reason }: { part: FeedPart; reason: string },
): Promise<void> {
  if (!(await store.skipped.record({ kind: 'change_feed', name: part, reason, now: now() }))) return;
  if (part === 'search') log.warn({ event: 'feed.failed', reason }, 'change feed unavailable; trainings are described instead');
  else log.warn({ event: 'feed.list_failed', reason }, 'training jobs cannot be listed for the change feed');
}

export async function resolveFeedProblem({ store, log }: ServiceContext, part: FeedPart): Promise<void> {
  if (!(await store.skipped.resolve({ kind: 'change_feed', name: part }))) return;
  if (part === 'search') log.info({ event: 'feed.recovered' }, 'change feed available again');
  else log.info({ event: 'feed.list_recovered' }, 'training jobs are listed again');
}

/** Of an error, without what differs from one to the next, so that one cause is logged once. */
export function reasonOf(error: unknown): string {
  return error instanceof SageMakerError ? `${error.kind}: ${error.message}` : errorMessage(error);
}
