/**
 * What one process remembers of its search for orphans between two rounds. After a restart, or in another process, the search begins
 * again, which costs time and nothing else.
 */
import type { FoundTags } from '../../core/sagemaker/tags.ts';
import type { FoundJob } from './adopt-run.ts';

/** One walk through the list, newest first. All instants are SageMaker's CreationTime. */
export interface Walk {
  /** The database that lacks the orphans: another one knows none of what the walk has found. */
  databaseId: string;
  /** How far back the walk goes; null until the first page shows SageMaker's time. */
  since: number | null;
  /** The newest job of the list: the next walk ends there. null while the walk has found none. */
  newest: number | null;
  /** Of the page that comes next. */
  nextToken: string | undefined;
  /** Jobs of this service by tags that do not name the job: of several with one run id it owns the oldest. */
  unnamed: Map<string, { job: FoundJob; tags: FoundTags }>;
}

export interface OrphanSearch {
  walk: Walk | null;
  /** Names of jobs that are not adopted, so that their tags are read once. */
  readonly foreign: Set<string>;
  /** The job at which the last rounds ended, and how many did. */
  stuckAt: { name: string; rounds: number } | null;
}

export const newSearch = (): OrphanSearch => ({ walk: null, foreign: new Set(), stuckAt: null });

const maxForeign = 50_000;

/** Remembers a job, and forgets the oldest one beyond the limit. */
export function rememberForeign({ foreign }: OrphanSearch, name: string): void {
  const [oldest] = foreign;
  if (oldest !== undefined && foreign.size >= maxForeign) foreign.delete(oldest);
  foreign.add(name);
}

const maxRoundsAtOneJob = 3;

/** Whether rounds have ended at this job often enough to continue without it. */
export function isStuck(search: OrphanSearch, name: string): boolean {
  const rounds = search.stuckAt?.name === name ? search.stuckAt.rounds + 1 : 1;
  search.stuckAt = rounds >= maxRoundsAtOneJob ? null : { name, rounds };
  return rounds >= maxRoundsAtOneJob;
}
