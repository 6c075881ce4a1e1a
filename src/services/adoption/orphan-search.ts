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

export interface LostSearch {
  walk: Walk | null;
  /** Names of training jobs that are not to be adopted, so that their tags are read once. */
  readonly strangers: Set<string>;
  /** The training job at which the last turns have ended, and how many. */
  stuckAt: { name: string; turns: number } | null;
}

export const newSearch = (): LostSearch => ({ walk: null, strangers: new Set(), stuckAt: null });

const mostStrangers = 50_000;

/** The one that was met first gives way. */
export function noteStranger({ strangers }: LostSearch, name: string): void {
  const [oldest] = strangers;
  if (oldest !== undefined && strangers.size >= mostStrangers) strangers.delete(oldest);
  strangers.add(name);
}

const mostTurnsAtOne = 3;

/** Whether the search has been stuck at this one for long enough to go on without it. */
export function isStuck(search: LostSearch, name: string): boolean {
  const turns = search.stuckAt?.name === name ? search.stuckAt.turns + 1 : 1;
  search.stuckAt = turns >= mostTurnsAtOne ? null : { name, turns };
  return turns >= mostTurnsAtOne;
}
