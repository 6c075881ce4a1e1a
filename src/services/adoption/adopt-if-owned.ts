import { passesInTime } from '../../core/decide-retry.ts';
import { SagemakerError, StoreUnavailable } from '../../core/errors.ts';
import type { FoundTags } from '../../core/sagemaker/tags.ts';
import { adoptOwn, copiedFrom, type FoundJob, readTags } from './adopt-run.ts';
import { enqueueCheck } from '../enqueue.ts';
import { passOver } from './skip.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { Services } from '../context.ts';

export type Looked =
  | { kind: 'adopted' }
  /** Known, removed, or nobody's business of ours. */
  | { kind: 'theirs' }
  /** It can't be told, or not be handled: it is written down. */
  | { kind: 'passed_over' }
  /** Ours, unless there is an older one of the same run id. */
  | { kind: 'unnamed'; own: FoundTags };

/**
 * Looks at one training job that the database does not know, and adopts it when its tags say that it is ours. What is wrong with one
 * (tags that may not be read or are not valid, or were copied) is written down, and stops nobody.
 *
 * @throws {SagemakerError} what may pass; {StoreUnavailable}; the signal's reason.
 */
export async function adoptIfOurs(services: Services, job: FoundJob, options: CallOptions): Promise<Looked> {
  try {
    const read = await readTags(services, job, options);
    switch (read.kind) {
      case 'theirs':
        return { kind: 'theirs' };
      case 'copied':
        return await passedOver(services, job, copiedFrom(read.from));
      case 'invalid':
        return await passedOver(services, job, read.reason);
      case 'ours': {
        if (read.named) return await adoptOurs(services, job, read.own);
        const known = await services.store.trainingOfRunId(read.own.runId);
        return known === null ? { kind: 'unnamed', own: read.own } : await passedOver(services, job, copiedFrom(known));
      }
    }
  } catch (error) {
    return passedOver(services, job, reasonUnlessItPasses(error, options.signal));
  }
}

/** The same for one that is known to be ours by its tags. */
export async function adoptOurs(services: Services, job: FoundJob, own: FoundTags): Promise<Looked> {
  const { settings, random } = services;
  const result = await adoptOwn(services, job, own, 'reconcile');
  switch (result.kind) {
    case 'adopted':
      // Many at once must not make a burst of calls.
      await enqueueCheck(services, result.run, Math.round(random() * Math.min(settings.pollIntervalMs, maxFirstLookMs)));
      return { kind: 'adopted' };
    case 'known':
    case 'removed':
      return { kind: 'theirs' };
    case 'run_id_taken':
      return passedOver(services, job, copiedFrom(result.by));
  }
}

const maxFirstLookMs = 10_000;

async function passedOver(services: Services, { name }: FoundJob, reason: string): Promise<Looked> {
  await passOver(services, 'training_job', name, reason);
  return { kind: 'passed_over' };
}

/** @throws {SagemakerError} what may pass; {StoreUnavailable}; the signal's reason. */
function reasonUnlessItPasses(error: unknown, signal: AbortSignal | undefined): string {
  if (signal?.aborted || error instanceof StoreUnavailable) throw error;
  if (error instanceof SagemakerError && passesInTime(error.kind)) throw error;
  return whatFailed(error);
}

/** What people read of it. */
export function whatFailed(error: unknown): string {
  if (error instanceof SagemakerError) return `${error.operation}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
