import { SageMakerError } from '../../core/errors.ts';
import { changeTiming } from '../../core/timing.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { writeEndpointTags } from './write-endpoint-tags.ts';
import { writeTurnedDownTag } from './write-turned-down-tag.ts';

const options: CallOptions = { maxWaitMs: changeTiming.tagMs, retryThrottles: false };

interface Changed {
  /** An endpoint that was held, released or rolled back. */
  endpointName?: string;
  /** Training jobs that may have been turned down. */
  trainingJobNames?: readonly string[];
}

/**
 * Writes the tags of what has just been recorded. Never fails: what SageMaker does not take now is written by the sweep (sweep-tags.ts), which
 * also writes those of an endpoint once more.
 */
export async function writeTagsNow(ctx: ServiceContext, { endpointName, trainingJobNames = [] }: Changed): Promise<void> {
  try {
    if (endpointName !== undefined) await writeEndpointTags(ctx, { endpointName, options, isSettled: () => false });
    for (const trainingJobName of trainingJobNames) {
      const run = await ctx.store.runs.find(trainingJobName);
      if (run?.turnedDown && run.tagsDue) await writeTurnedDownTag(ctx, { run: { ...run, turnedDown: run.turnedDown }, options });
    }
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    ctx.log.warn(
      { event: 'tags.write_failed', err: error, endpoint_name: endpointName, training_job_names: trainingJobNames },
      'decision cannot be tagged at SageMaker now; retrying',
    );
  }
}
