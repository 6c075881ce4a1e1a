import { CannotBeHandled } from '../core/errors.ts';
import { jobOptions, type NewJob } from './jobs.ts';
import { type JobQueue, replaceJob } from './ensure-job.ts';
import { withRedisTimeout } from './with-redis-timeout.ts';

const chunkSize = 500;
const lanes = 3;
const stepLimitMs = 5000;

const unfinished = ['waiting', 'active', 'delayed', 'prioritized', 'waiting-children'] as const;
const finished = ['completed', 'failed'] as const;

interface LostJob {
  job: NewJob<object>;
  delayMs: number;
}

export interface Restored<Wanted> {
  added: Wanted[];
  /** Those of which no job can be made. */
  refused: { one: Wanted; reason: string }[];
}

/**
 * Adds, in bulk, those of the wanted jobs that are in no list of unfinished ones, and answers which. Safe to run many times at
 * once, also while the jobs are being processed: an id holds one job. Looking costs one script for all ids of a queue.
 */
export async function restoreJobs<Wanted>(
  queue: JobQueue,
  wanted: readonly Wanted[],
  jobFor: (one: Wanted) => NewJob<object>,
  delayMs: () => number,
): Promise<Restored<Wanted>> {
  if (wanted.length === 0) return { added: [], refused: [] };
  const refused: Restored<Wanted>['refused'] = [];
  const possible = wanted.flatMap((one) => {
    try {
      return [{ one, job: jobFor(one) }];
    } catch (error) {
      if (!(error instanceof CannotBeHandled)) throw error;
      refused.push({ one, reason: error.message });
      return [];
    }
  });
  const present = await idsOf(queue, unfinished);
  const lost = possible.filter(({ job }) => !present.has(job.jobId));
  if (lost.length === 0) return { added: [], refused };

  const jobs = lost.map(({ job }) => ({ job, delayMs: delayMs() }));
  const blocked = await idsOf(queue, finished);
  await inChunks(
    jobs.filter(({ job }) => blocked.has(job.jobId)),
    (chunk) => replaceAll(queue, chunk),
  );
  await inChunks(
    jobs.filter(({ job }) => !blocked.has(job.jobId)),
    (chunk) => addAll(queue, chunk),
  );

  // Data that has lost its place in every list (by eviction, or by hand) makes the add of its id silently do nothing.
  const placed = await idsOf(queue, [...unfinished, ...finished]);
  await inChunks(
    jobs.filter(({ job }) => !placed.has(job.jobId)),
    (chunk) => replaceAll(queue, chunk),
  );
  return { added: lost.map(({ one }) => one), refused };
}

/** One script for all the lists, so that a job which moves between them is seen. */
async function idsOf(queue: JobQueue, states: readonly (typeof unfinished | typeof finished)[number][]): Promise<Set<string>> {
  return new Set(await withRedisTimeout(stepLimitMs, queue.getRanges([...states], 0, -1)));
}

/** In a few lanes, so that Redis works on one chunk while another is put together. */
async function inChunks(jobs: readonly LostJob[], act: (chunk: readonly LostJob[]) => Promise<unknown>): Promise<void> {
  const lane = async (number: number): Promise<void> => {
    for (let start = number * chunkSize; start < jobs.length; start += lanes * chunkSize) {
      await withRedisTimeout(stepLimitMs, act(jobs.slice(start, start + chunkSize)));
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
}

const addAll = (queue: JobQueue, jobs: readonly LostJob[]): Promise<unknown> =>
  queue.addBulk(
    jobs.map(({ job: { name, data, jobId }, delayMs }) => ({ name, data, opts: { ...jobOptions, jobId, delay: delayMs } })),
  );

const replaceAll = (queue: JobQueue, jobs: readonly LostJob[]): Promise<unknown> =>
  Promise.all(jobs.map(({ job, delayMs }) => replaceJob(queue, job, delayMs)));
