import type { HistoryEntry } from '../../core/history.ts';
import type { HistoryFilter, HistoryStore } from '../../ports/store.ts';

/** What a reader gets next: entries, one at least; `reset`: the ids that it has are of another database; `ended`: there is no more. */
export type HistoryBatch = { kind: 'entries'; entries: readonly HistoryEntry[] } | { kind: 'reset' } | { kind: 'ended' };

/** A place in the history that moves on. */
export interface HistoryReader {
  /** All entries up to this id have been handed out, or are none of the reader's. */
  readonly readTo: number;
  /** Resolves when there is something. One call at a time. @throws {StoreUnavailableError} while entries of before cannot be read. */
  next(): Promise<HistoryBatch>;
  /** `next` returns `ended` from now on, a call that waits at once. */
  close(): void;
}

/** How many entries wait in memory for a reader that is slow. One that has more reads them from the database when it gets there. */
const mostWaiting = 1_000;
const pageSize = 500;

interface ReaderOptions {
  /** The id behind which it begins. */
  after: number;
  filter: HistoryFilter;
  store: Pick<HistoryStore, 'read'>;
  /** How far the feed has come, at any time. */
  position: () => number;
  onClose: (reader: FeedReader) => void;
}

/** The reader of a feed: it reads what is before the feed's position by itself, and gets what comes afterwards. */
export class FeedReader implements HistoryReader {
  #readTo: number;
  readonly #options: ReaderOptions;
  readonly #matches: (entry: HistoryEntry) => boolean;
  #waiting: HistoryEntry[] = [];
  /** It has come to the feed's position: what comes is given to it. */
  #isLive = false;
  #end: 'reset' | 'ended' | null = null;
  #wake: () => void = () => {};

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#readTo = options.after;
    this.#matches = matcher(options.filter);
  }

  get readTo(): number {
    return this.#readTo;
  }

  async next(): Promise<HistoryBatch> {
    for (;;) {
      if (this.#end !== null) return { kind: this.#end };
      const entries = this.#isLive ? this.#take() : await this.#readOn();
      if (entries.length > 0 && this.#end === null) return { kind: 'entries', entries };
      if (this.#mustWait()) await this.#woken();
    }
  }

  close(): void {
    this.end('ended');
  }

  /** For the feed. */
  end(why: 'reset' | 'ended'): void {
    if (this.#end !== null) return;
    this.#end = why;
    this.#waiting = [];
    this.#wake();
    this.#options.onClose(this);
  }

  /** For the feed: `entries` are all up to `readTo`. */
  push(entries: readonly HistoryEntry[], readTo: number): void {
    if (!this.#isLive) return;
    const own = entries.filter((entry) => entry.id > this.#readTo && this.#matches(entry));
    if (this.#waiting.length + own.length > mostWaiting) return this.fallBehind();
    if (own.length === 0) {
      if (this.#waiting.length === 0) this.#readTo = Math.max(this.#readTo, readTo);
      return;
    }
    this.#waiting.push(...own);
    this.#wake();
  }

  /** For the feed: it reads what it has not taken from the database, when it gets there. */
  fallBehind(): void {
    this.#isLive = false;
    this.#waiting = [];
    this.#wake();
  }

  #take(): HistoryEntry[] {
    const entries = this.#waiting;
    this.#waiting = [];
    this.#readTo = entries.at(-1)?.id ?? this.#readTo;
    return entries;
  }

  #mustWait(): boolean {
    return this.#end === null && this.#isLive && this.#waiting.length === 0;
  }

  /** A page of what is before the feed's position; becomes live where there is no more. */
  async #readOn(): Promise<HistoryEntry[]> {
    const { store, filter, position } = this.#options;
    const upTo = position();
    if (this.#readTo >= upTo) {
      this.#isLive = true;
      return [];
    }
    const { items, readTo } = await store.read({ after: this.#readTo, upTo, limit: pageSize, filter });
    this.#readTo = readTo;
    return items;
  }

  async #woken(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
    this.#wake = () => {};
  }
}

function matcher({ endpointName, trainingJobName }: HistoryFilter): (entry: HistoryEntry) => boolean {
  const isName = (wanted: string | undefined): ((name: string | null) => boolean) => {
    const key = wanted?.toLowerCase();
    return key === undefined ? () => true : (name) => name?.toLowerCase() === key;
  };
  const isEndpoint = isName(endpointName);
  const isTraining = isName(trainingJobName);
  return (entry) => isEndpoint(entry.endpointName) && isTraining(entry.trainingJobName);
}
