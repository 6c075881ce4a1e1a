import { historyFeedTiming } from '../../core/timing.ts';
import type { HistoryEntry } from '../../core/history.ts';
import type { HistoryFilter } from '../../ports/store.ts';
import type { HistoryFeed } from '../../services/history/history-feed.ts';
import type { HistoryReader } from '../../services/history/history-reader.ts';
import type { ApiContext } from '../env.ts';
import { ApiError } from '../problems/api-error.ts';
import { serializeHistoryEntry } from '../serialize.ts';
import { type EventSource, eventStream } from './event-stream.ts';

/** Of one process; each is an open connection. */
const mostStreams = 200;
/** What a browser waits before it connects again. */
const retryMs = 2_000;

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // nginx, and what has learnt from it, would keep small pieces back.
  'x-accel-buffering': 'no',
};

/** The open streams of one process. */
export interface HistoryStreams {
  /**
   * The response with the history behind `after` as server-sent events. @throws {ApiError} `too_many_streams`.
   * @throws {StoreUnavailableError}
   */
  respond(c: ApiContext, params: { after: number | 'latest'; filter?: HistoryFilter }): Promise<Response>;
}

export function createHistoryStreams(feed: HistoryFeed, random: () => number): HistoryStreams {
  let open = 0;
  return {
    async respond(c, { after, filter }) {
      if (open >= mostStreams) throw new ApiError('too_many_streams', `This process has ${mostStreams} open streams already`);
      open += 1;
      const reader = await feed.subscribe({ after, filter }).catch((error: unknown) => {
        open -= 1;
        throw error;
      });
      const { lifetimeMs, lifetimeJitter, keepAliveMs } = historyFeedTiming;
      const source = new HistorySource(reader);
      const { body, ended } = eventStream(source, {
        // An id without data is no event: it only says where to continue.
        opening: `retry: ${retryMs}\nid: ${reader.readTo}\n\n`,
        keepAliveMs,
        lifetimeMs: lifetimeMs * (1 - lifetimeJitter * random()),
      });
      void ended.then(() => {
        open -= 1;
        cutLater(c);
      });
      c.set(
        'stream',
        ended.then(({ end, error }) => ({ end: source.wasReset ? ('reset' as const) : end, error, entries: source.entries })),
      );
      if (c.req.method === 'HEAD') {
        await body.cancel();
        return c.body(null, 200, headers);
      }
      return c.body(body, 200, headers);
    },
  };
}

/** A connection that takes nothing would keep the end of its response for as long as it likes. */
function cutLater(c: ApiContext): void {
  const outgoing = c.env?.outgoing;
  if (outgoing === undefined || outgoing.writableFinished || outgoing.destroyed) return;
  const timer = setTimeout(() => outgoing.destroy(), historyFeedTiming.flushMs);
  outgoing.once('close', () => clearTimeout(timer));
}

class HistorySource implements EventSource {
  entries = 0;
  wasReset = false;
  readonly #reader: HistoryReader;

  constructor(reader: HistoryReader) {
    this.#reader = reader;
  }

  async next(): Promise<string | null> {
    if (this.wasReset) return null;
    const batch = await this.#reader.next();
    switch (batch.kind) {
      case 'entries':
        this.entries += batch.entries.length;
        return batch.entries.map(eventOf).join('');
      case 'reset':
        this.wasReset = true;
        return 'event: reset\ndata: {}\n\n';
      case 'ended':
        return null;
    }
  }

  close(): void {
    this.#reader.close();
  }
}

/** Entries are the same objects for all readers of a feed: each is written once. */
const written = new WeakMap<HistoryEntry, string>();

function eventOf(entry: HistoryEntry): string {
  let text = written.get(entry);
  if (text === undefined) {
    text = `id: ${entry.id}\nevent: history\ndata: ${JSON.stringify(serializeHistoryEntry(entry))}\n\n`;
    written.set(entry, text);
  }
  return text;
}
