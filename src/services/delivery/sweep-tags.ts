import { isTransient } from '../../core/decide-retry.ts';
import { type EndpointRecord, isSameRecord } from '../../core/deployment/endpoint-record.ts';
import { SageMakerError } from '../../core/errors.ts';
import { hasPassed } from '../../core/instants.ts';
import { changeTiming } from '../../core/timing.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { writeEndpointTags } from './write-endpoint-tags.ts';
import { writeTurnedDownTag } from './write-turned-down-tag.ts';

/** Of endpoints, and of runs, in one round. */
const atOnce = 200;

/** What one process remembers of its rounds: since when an endpoint's record is what it is, as far as the process has seen. */
export type SeenRecords = Map<string, { record: EndpointRecord; since: number }>;

/** Longer than a request for a tag takes to arrive, also of a process that has died since. */
const settledAfterMs = 10_000;

/**
 * Writes the tags that a crash, or an error of SageMaker, left out: those of the rows that say so. The first transient error ends the
 * round, so that it takes no longer than a call. What SageMaker refuses for good is tried again in the next round, too, since an operator
 * may allow it; what is gone is not. Those of an endpoint
 * are written until they have been right for longer than an earlier request may take: of a hold that was released at once, say.
 */
export async function sweepTags(
  ctx: ServiceContext,
  { renew, seen = new Map(), signal }: { renew: () => Promise<void>; seen?: SeenRecords; signal?: AbortSignal },
): Promise<void> {
  const { store } = ctx;
  const options: CallOptions = { signal, maxWaitMs: changeTiming.tagMs, retryThrottles: false };
  const failures: { name: string; error: SageMakerError }[] = [];
  const attempt = async (name: string, write: () => Promise<void>, forget: () => Promise<void>): Promise<boolean> => {
    await renew();
    try {
      await write();
      return true;
    } catch (error) {
      if (!(error instanceof SageMakerError) || signal?.aborted) throw error;
      failures.push({ name, error });
      if (error.kind === 'not_found' || error.kind === 'invalid') await forget();
      return !isTransient(error.kind);
    }
  };
  const isSettled = (record: EndpointRecord): boolean => {
    const before = seen.get(record.endpointName);
    const since = before !== undefined && isSameRecord(before.record, record) ? before.since : ctx.now();
    seen.set(record.endpointName, { record, since });
    return hasPassed(since, settledAfterMs, ctx.now());
  };
  const writeAll = async (): Promise<void> => {
    const due = await store.endpoints.listTagsDue(atOnce);
    for (const name of seen.keys()) if (!due.some(({ endpointName }) => endpointName === name)) seen.delete(name);
    for (const record of due) {
      const { endpointName } = record;
      const forget = () => store.endpoints.recordTagged(record);
      if (!(await attempt(endpointName, () => writeEndpointTags(ctx, { endpointName, options, isSettled }), forget))) return;
    }
    for (const run of await store.runs.listTagsDue(atOnce)) {
      const { trainingJobName, turnedDown } = run;
      const forget = () => store.runs.recordTagged({ trainingJobName, how: turnedDown.how });
      if (!(await attempt(trainingJobName, () => writeTurnedDownTag(ctx, { run, options }), forget))) return;
    }
  };
  await writeAll();
  const [first] = failures;
  if (first !== undefined) {
    const fields = { name: first.name, failed: failures.length };
    ctx.log.warn({ event: 'tags.due', err: first.error, ...fields }, 'decisions are not tagged at SageMaker yet; retrying');
  }
}
