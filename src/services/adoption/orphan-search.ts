/**
 * What one process remembers of its search for lost trainings between two turns: how far it has come, and whose tags it has read. After a
 * restart, or in another process, the search begins anew; nothing hangs on it but time.
 */
import type { FoundTags } from '../../core/sagemaker/tags.ts';
import type { FoundJob } from './adopt-run.ts';

/** Ours by its tags, which don't say by name whose they are: of several with one run id the oldest is ours. */
export interface Unnamed {
  job: FoundJob;
  own: FoundTags;
}

/** One walk through the list, newest first. All instants are SageMaker's CreationTime. */
export interface Walk {
  /** Of the database that it looks for: in another one nothing that it has seen is known. */
  databaseId: string;
  /** Down to there; null until the first page tells what SageMaker's time is. */
  since: number | null;
  /** The newest that it has seen: the next walk has to come down to there. null while it has seen none. */
  newest: number | null;
  /** The page that it is at. */
  nextToken: string | undefined;
  unnamed: Map<string, Unnamed>;
}

export interface OrphanSearch {
  walk: Walk | null;
  /** Names of training jobs that are not to be adopted, so that their tags are read once. */
  readonly foreign: Set<string>;
  /** The training job at which the last turns have ended, and how many. */
  stuckAt: { name: string; rounds: number } | null;
}

export const newSearch = (): OrphanSearch => ({ walk: null, foreign: new Set(), stuckAt: null });

const maxForeign = 50_000;

/** The one that was met first gives way. */
export function noteForeign({ foreign }: OrphanSearch, name: string): void {
  const [oldest] = foreign;
  if (oldest !== undefined && foreign.size >= maxForeign) foreign.delete(oldest);
  foreign.add(name);
}

const maxRoundsAtOne = 3;

/** Whether the search has been stuck at this one for long enough to go on without it. */
export function isStuck(search: OrphanSearch, name: string): boolean {
  const rounds = search.stuckAt?.name === name ? search.stuckAt.rounds + 1 : 1;
  search.stuckAt = rounds >= maxRoundsAtOne ? null : { name, rounds };
  return rounds >= maxRoundsAtOne;
}
