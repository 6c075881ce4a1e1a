import type { Redis } from 'ioredis';
import { CannotBeHandled } from '../core/errors.ts';
import { jobOptions, type NewJob } from './jobs.ts';
import { type JobQueue, replaceJob } from './ensure-job.ts';
import { findPlaces, type JobPlace } from './job-places.ts';
import { withRedisTimeout } from './with-redis-timeout.ts';

const pageSize = 1000;
const chunkSize = 500;
const lanes = 3;
const stepLimitMs = 5000;

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
 * Adds, in bulk, those of the wanted jobs that are in no list of unfinished ones, and returns which. Safe to run many times at
 * once, also while the jobs are being processed: an id holds one job. Looking costs one script for each page of ids.
 */
export async function restoreJobs<Wanted>(
  redis: Redis,
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
  const added: Wanted[] = [];
  for (let start = 0; start < possible.length; start += pageSize) {
    const page = possible.slice(start, start + pageSize);
    const places = await findPlaces(
      redis,
      queue,
      page.map(({ job }) => job.jobId),
    );
    const lost = page
      .map(({ one, job }, index) => ({ one, job, place: places[index] ?? 'there' }))
      .filter(({ place }) => place !== 'there')
      .map((found) => ({ ...found, delayMs: delayMs() }));
    const within = (...wantedPlaces: JobPlace[]): LostJob[] => lost.filter(({ place }) => wantedPlaces.includes(place));
    // The data of a job that is over, or in no list, blocks its id.
    await inChunks(within('finished', 'lost'), (chunk) => replaceAll(queue, chunk));
    await inChunks(within('missing'), (chunk) => addAll(queue, chunk));
    added.push(...lost.map(({ one }) => one));
  }
  return { added, refused };
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
