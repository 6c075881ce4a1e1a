import { errorMessage } from '../../core/errors.ts';
import { hasGoneBack, type HistoryHead, moveHorizon, noHorizon } from '../../core/history-horizon.ts';
import { historyFeedTiming } from '../../core/timing.ts';
import type { Logger } from '../../ports/logger.ts';
import type { HistoryFilter, HistoryStore } from '../../ports/store.ts';
import { FeedReader, type HistoryReader } from './history-reader.ts';

interface FeedOptions {
  store: { history: Pick<HistoryStore, 'head' | 'read'> };
  log: Logger;
}

const pageSize = 500;
/** When more has come between two readings, as after a suspended host, each reader reads it by itself. */
const mostGivenOut = 5_000;

/**
 * What the history gains, for all readers of one process: one reading of the database a tick, however many there are, and none without
 * them. It gives out each entry once, in the order of ids, and only what is settled (core/history-horizon.ts): no entry appears later
 * behind one that was given out. A transaction that does not end delays it.
 */
export class HistoryFeed {
  readonly #store: FeedOptions['store']['history'];
  readonly #log: Logger;
  readonly #readers = new Set<FeedReader>();
  #horizon = noHorizon;
  /** Readers that are live have everything up to here. */
  #position = 0;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<HistoryHead> | null = null;
  #nextReading: Promise<HistoryHead> | null = null;
  /** How often in a row a reading has found a candidate that is not settled. */
  #rechecks = 0;
  #waitingSince: number | null = null;
  #isDelayLogged = false;
  #hasFailed = false;

  constructor({ store, log }: FeedOptions) {
    this.#store = store.history;
    this.#log = log;
  }

  /** How many wait. */
  get readers(): number {
    return this.#readers.size;
  }

  /** For how long what is visible has not been given out, since a transaction that may add a lower id does not end, in milliseconds. */
  get delayMs(): number {
    return this.#waitingSince === null ? 0 : performance.now() - this.#waitingSince;
  }

  /**
   * A reader that begins behind the id `after`, or with `latest` behind what there is now. Behind an id that this database has not given
   * out, as after a restored backup, it returns `reset`. After `close` it returns `ended`.
   *
   * @throws {StoreUnavailableError}
   */
  async subscribe({ after, filter = {} }: { after: number | 'latest'; filter?: HistoryFilter }): Promise<HistoryReader> {
    const head = this.#isClosed ? null : await this.settle();
    const reader = new FeedReader({
      after: after === 'latest' ? this.#position : after,
      filter,
      store: this.#store,
      position: () => this.#position,
      onClose: (one) => this.#readers.delete(one),
    });
    if (head === null || this.#isClosed) reader.end('ended');
    else if (after !== 'latest' && after > head.issued) reader.end('reset');
    else {
      this.#readers.add(reader);
      this.#schedule();
    }
    return reader;
  }

  /**
   * Reads the history's head, and waits until what is visible now is settled, or for a moment: what the caller did before is in what
   * follows. Returns where the history ends, with `settled`, up to where it can be read.
   *
   * @throws {StoreUnavailableError}
   */
  async settle(): Promise<HistoryHead & { settled: number }> {
    const until = performance.now() + historyFeedTiming.settleMs;
    const first = await this.#readHead();
    while (this.#horizon.settled < first.newest && !this.#isClosed && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, historyFeedTiming.recheckMs));
      await this.#readHead();
    }
    return { ...first, settled: this.#horizon.settled };
  }

  /** Ends all readers at once, and those that come later. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const reader of this.#readers) reader.end('ended');
  }

  #schedule(): void {
    if (this.#isClosed || this.#timer !== undefined || this.#readers.size === 0) return;
    const { tickMs, recheckMs } = historyFeedTiming;
    const pauseMs = this.#rechecks === 0 ? tickMs : Math.min(tickMs, recheckMs * 2 ** (this.#rechecks - 1));
    this.#timer = setTimeout(() => void this.#tick(), pauseMs);
  }

  async #tick(): Promise<void> {
    try {
      await this.#readHead();
      if (this.#hasFailed) this.#log.info({ event: 'history.feed_recovered' }, 'history can be followed again');
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) {
        this.#log.warn({ event: 'history.feed_failed', reason: errorMessage(error) }, 'history cannot be followed; retrying');
      }
      this.#hasFailed = true;
    }
    this.#timer = undefined;
    this.#schedule();
  }

  /** A reading of the head that begins after this call, which several calls share. */
  #readHead(): Promise<HistoryHead> {
    if (this.#nextReading !== null) return this.#nextReading;
    const begin = async (): Promise<HistoryHead> => {
      await this.#reading?.catch(() => undefined);
      this.#reading = this.#nextReading;
      this.#nextReading = null;
      return this.#readHeadNow().finally(() => (this.#reading = null));
    };
    return (this.#nextReading = begin());
  }

  async #readHeadNow(): Promise<HistoryHead> {
    const head = await this.#store.head({ settled: this.#horizon.settled });
    if (hasGoneBack(this.#horizon, head)) {
      this.#horizon = noHorizon;
      this.#position = 0;
      for (const reader of this.#readers) reader.end('reset');
      return this.#readHeadNow();
    }
    const before = this.#horizon;
    this.#horizon = moveHorizon(before, head);
    const [oldest] = this.#horizon.candidates;
    this.#rechecks = oldest === undefined ? 0 : this.#rechecks + 1;
    if (oldest === undefined) this.#waitingSince = null;
    else if (oldest.upTo !== before.candidates[0]?.upTo) this.#waitingSince = performance.now();
    this.#logDelay();
    await this.#giveOut();
    return head;
  }

  async #giveOut(): Promise<void> {
    const { settled } = this.#horizon;
    if (this.#readers.size === 0 || settled - this.#position > mostGivenOut) {
      for (const reader of this.#readers) reader.fallBehind();
      this.#position = Math.max(this.#position, settled);
    }
    while (this.#position < settled) {
      const page = { after: this.#position, upTo: settled, limit: pageSize, filter: {} };
      const { items, readTo } = await this.#store.read(page);
      this.#position = readTo;
      for (const reader of this.#readers) reader.push(items, readTo);
    }
  }

  #logDelay(): void {
    if (this.delayMs >= historyFeedTiming.delayLoggedMs && !this.#isDelayLogged) {
      this.#isDelayLogged = true;
      const writers = this.#horizon.candidates[0]?.writers;
      this.#log.warn({ event: 'history.feed_delayed', writers }, 'history is not given out: a transaction does not end');
    } else if (this.#waitingSince === null && this.#isDelayLogged) {
      this.#isDelayLogged = false;
      this.#log.info({ event: 'history.feed_resumed' }, 'history is given out again');
    }
  }
}
