import { isTransient } from '../../core/decide-retry.ts';
import { SageMakerError } from '../../core/errors.ts';
import { changeTiming } from '../../core/timing.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { writeEndpointTags } from './write-endpoint-tags.ts';
import { writeTurnedDownTag } from './write-turned-down-tag.ts';

/** Of endpoints, and of runs, in one round. */
const atOnce = 200;

/**
 * Writes the tags that a crash, or an error of SageMaker, left out: those of the rows that say so. The first transient error ends the
 * round, so that it takes no longer than a call. What SageMaker refuses for good is tried again in the next round, too, since an operator
 * may allow it; what is gone is not.
 */
export async function sweepTags(
  ctx: ServiceContext,
  { renew, signal }: { renew: () => Promise<void>; signal?: AbortSignal },
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
  const writeAll = async (): Promise<void> => {
    for (const record of await store.endpoints.listTagsDue(atOnce)) {
      const { endpointName } = record;
      const forget = () => store.endpoints.recordTagged(record);
      if (!(await attempt(endpointName, () => writeEndpointTags(ctx, { endpointName, options }), forget))) return;
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
