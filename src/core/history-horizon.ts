/**
 * How far the history is complete. Ids are given out before their transactions commit, so that a lower one may become visible after a
 * higher one: a reader that continues behind the highest id that it has seen would never see the lower one. Up to the horizon no entry can appear any
 * more (docs/reference/postgresql-behavior.md#a-lower-number-may-be-committed-later).
 */

/** What the database shows at one moment. */
export interface HistoryHead {
  /** The highest id that is visible; 0 without entries. */
  newest: number;
  /** The highest id that was ever given out, whatever became of its entry. */
  issued: number;
  /** The transactions that may have an id up to `newest` and have not ended: none where there is one writer at a time. */
  writers: readonly string[];
}

/** Settled once none of its writers is left. */
interface Candidate {
  upTo: number;
  writers: readonly string[];
}

export interface Horizon {
  /** Every entry with an id up to this one is visible, or will never be. */
  settled: number;
  /** With rising ids. */
  candidates: readonly Candidate[];
}

export const noHorizon: Horizon = { settled: 0, candidates: [] };

/** While a transaction stays for long, later candidates wait for it as well: so many tell enough. */
const mostCandidates = 16;

/** The horizon after another reading of the head. It never goes back. */
export function moveHorizon({ settled, candidates }: Horizon, { newest, writers }: HistoryHead): Horizon {
  const active = new Set(writers);
  const known = candidates.map((one) => ({ upTo: one.upTo, writers: one.writers.filter((writer) => active.has(writer)) }));
  const isNew = newest > (known.at(-1)?.upTo ?? settled) && (known.length < mostCandidates || writers.length === 0);
  const all = isNew ? [...known, { upTo: newest, writers }] : known;
  const reached = Math.max(settled, ...all.filter((one) => one.writers.length === 0).map(({ upTo }) => upTo));
  return { settled: reached, candidates: all.filter(({ upTo }) => upTo > reached) };
}

/** Whether the database has given out fewer ids than were read from it: it is another one, or an older state of it. */
export const hasGoneBack = ({ settled }: Horizon, { issued }: Pick<HistoryHead, 'issued'>): boolean => issued < settled;
