import { isTransient } from '../../core/decide-retry.ts';
import { SageMakerError, StoreUnavailableError } from '../../core/errors.ts';
import type { FoundTags } from '../../core/sagemaker/tags.ts';
import { adoptOwn, copiedFrom, type FoundJob, readTags } from './adopt-run.ts';
import { enqueueCheck } from '../enqueue.ts';
import { skip } from './skip.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';

export type AdoptionResult =
  | { kind: 'adopted' }
  /** Known, removed, or nobody's business of ours. */
  | { kind: 'foreign' }
  /** It can't be told, or not be handled: it is written down. */
  | { kind: 'skipped' }
  /** Ours, unless there is an older one of the same run id. */
  | { kind: 'unnamed'; own: FoundTags };

/**
 * Looks at one training job that the database does not know, and adopts it when its tags say that it is ours. What is wrong with one
 * (tags that may not be read or are not valid, or were copied) is written down, and stops nobody.
 *
 * @throws {SageMakerError} what may pass; {StoreUnavailableError}; the signal's reason.
 */
export async function adoptIfOwned(ctx: ServiceContext, job: FoundJob, options: CallOptions): Promise<AdoptionResult> {
  try {
    const read = await readTags(ctx, job, options);
    switch (read.kind) {
      case 'foreign':
        return { kind: 'foreign' };
      case 'copied':
        return await skipped(ctx, job, copiedFrom(read.from));
      case 'invalid':
        return await skipped(ctx, job, read.reason);
      case 'ours': {
        if (read.named) return await adoptOwned(ctx, job, read.own);
        const known = await ctx.store.runs.findNameByRunId(read.own.runId);
        return known === null ? { kind: 'unnamed', own: read.own } : await skipped(ctx, job, copiedFrom(known));
      }
    }
  } catch (error) {
    return skipped(ctx, job, reasonUnlessItPasses(error, options.signal));
  }
}

/** The same for one that is known to be ours by its tags. */
export async function adoptOwned(ctx: ServiceContext, job: FoundJob, own: FoundTags): Promise<AdoptionResult> {
  const { settings, random } = ctx;
  const result = await adoptOwn(ctx, job, own, 'reconcile');
  switch (result.kind) {
    case 'adopted':
      // Many at once must not make a burst of calls.
      await enqueueCheck(ctx, result.run, Math.round(random() * Math.min(settings.pollIntervalMs, maxFirstObservationMs)));
      return { kind: 'adopted' };
    case 'known':
    case 'removed':
      return { kind: 'foreign' };
    case 'run_id_taken':
      return skipped(ctx, job, copiedFrom(result.by));
  }
}

const maxFirstObservationMs = 10_000;

async function skipped(ctx: ServiceContext, { name }: FoundJob, reason: string): Promise<AdoptionResult> {
  await skip(ctx, 'training_job', name, reason);
  return { kind: 'skipped' };
}

/** @throws {SageMakerError} what may pass; {StoreUnavailableError}; the signal's reason. */
function reasonUnlessItPasses(error: unknown, signal: AbortSignal | undefined): string {
  if (signal?.aborted || error instanceof StoreUnavailableError) throw error;
  if (error instanceof SageMakerError && isTransient(error.kind)) throw error;
  return whatFailed(error);
}

/** What people read of it. */
export function whatFailed(error: unknown): string {
  if (error instanceof SageMakerError) return `${error.operation}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
