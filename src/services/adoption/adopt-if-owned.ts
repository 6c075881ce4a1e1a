import { isTransient } from '../../core/decide-retry.ts';
import { SageMakerError, StoreUnavailableError } from '../../core/errors.ts';
import type { FoundTags } from '../../core/sagemaker/tags.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { enqueueCheck } from '../enqueue.ts';
import { skip } from '../skip.ts';
import { adoptRun, copiedFrom, type FoundJob, readTags } from './adopt-run.ts';

export type AdoptionResult =
  | { kind: 'adopted' }
  /** Known, removed, or not this service's. */
  | { kind: 'foreign' }
  /** SageMaker does not say, or the service cannot handle it: this is recorded. */
  | { kind: 'skipped' }
  /** This service's, unless an older job has the same run id. */
  | { kind: 'unnamed'; tags: FoundTags };

interface FoundJobInput {
  job: FoundJob;
  options: CallOptions;
}

/**
 * Reads the tags of a training job that the database does not know, and adopts it when they say that it is this service's. What is wrong
 * with one job (tags that cannot be read, are not valid or were copied) is recorded and keeps no other job from being adopted.
 *
 * @throws {SageMakerError} that is transient; {StoreUnavailableError}; the signal's reason.
 */
export async function adoptIfOwned(ctx: ServiceContext, { job, options }: FoundJobInput): Promise<AdoptionResult> {
  try {
    const read = await readTags(ctx, { job, options });
    switch (read.kind) {
      case 'foreign':
        return { kind: 'foreign' };
      case 'copied':
        return await skipJob(ctx, job, copiedFrom(read.from));
      case 'invalid':
        return await skipJob(ctx, job, read.reason);
      case 'owned': {
        if (read.isNamed) return await adoptOwned(ctx, { job, tags: read.tags, options });
        const known = await ctx.store.runs.findNameByRunId(read.tags.runId);
        return known === null ? { kind: 'unnamed', tags: read.tags } : await skipJob(ctx, job, copiedFrom(known));
      }
    }
  } catch (error) {
    return skipJob(ctx, job, reasonIfPermanent(error, options.signal));
  }
}

/** The same for a job that its tags say to be this service's. @throws {SageMakerError} that is transient. */
export async function adoptOwned(
  ctx: ServiceContext,
  { job, tags, options }: FoundJobInput & { tags: FoundTags },
): Promise<AdoptionResult> {
  const { settings, random } = ctx;
  const result = await adoptRun(ctx, { job, tags, actor: 'reconcile', options });
  switch (result.kind) {
    case 'adopted': {
      // Many at once must not cause a burst of calls.
      const delayMs = Math.round(random() * Math.min(settings.pollIntervalMs, maxFirstDelayMs));
      await enqueueCheck(ctx, { run: result.run, delayMs });
      return { kind: 'adopted' };
    }
    case 'known':
    case 'removed':
      return { kind: 'foreign' };
    case 'run_id_taken':
      return skipJob(ctx, job, copiedFrom(result.by));
  }
}

const maxFirstDelayMs = 10_000;

async function skipJob(ctx: ServiceContext, { name }: FoundJob, reason: string): Promise<AdoptionResult> {
  await skip(ctx, { kind: 'training_job', name, reason });
  return { kind: 'skipped' };
}

/** @throws {SageMakerError} that is transient; {StoreUnavailableError}; the signal's reason. */
function reasonIfPermanent(error: unknown, signal: AbortSignal | undefined): string {
  if (signal?.aborted || error instanceof StoreUnavailableError) throw error;
  if (error instanceof SageMakerError && isTransient(error.kind)) throw error;
  return failureText(error);
}

/** What failed, for operators. */
export function failureText(error: unknown): string {
  if (error instanceof SageMakerError) return `${error.operation}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
