import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from '../http/api.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { errorMessage } from '../../core/errors.ts';
import { isProblem, problemError } from '../http/problem-error.ts';
import type { HistoryEntryBody } from '../../api/schemas/history.ts';
import { createEventParser } from './event-parser.ts';

export interface FeedOptions {
  /** Only entries after this id. */
  after: number;
  query?: { training_job_name?: string; endpoint_name?: string };
  signal: AbortSignal;
  /** Called when the stream has broken off; it is opened again, and no entry is lost. */
  onBreak?: (reason: string) => void;
  /** Called when the database is of an earlier state, as after a restored backup: what comes from now on follows. */
  onReset?: () => void;
  /** Called when it is open. */
  onOpen?: () => void;
}

/** The service sends a comment each 15 s: without a byte for so long the connection is dead. */
const silenceMs = 45_000;
const reopenMs = { first: 500, longest: 15_000 };

/** The service has no history feed: it is of an older version. */
export class FeedMissingError extends CliError {
  constructor(url: string) {
    super(`The service at ${url} has no history feed`, { hint: 'It is older than this program: upgrade it' });
  }
}

/**
 * Each entry of the history after an id, as it is recorded, until the signal ends it. A stream that breaks off, as in a restart of the
 * service, is opened again after the last entry that came.
 *
 * @throws {FeedMissingError}
 * @throws {CliError} for a key that is refused, or a query.
 */
export async function* readFeed(
  api: Api,
  { after, query, signal, onBreak, onOpen, onReset }: FeedOptions,
): AsyncGenerator<HistoryEntryBody> {
  let lastId: number | 'latest' = after;
  let waitMs = reopenMs.first;
  while (!signal.aborted) {
    try {
      for await (const entry of readStream(api, { after: lastId, query, signal, onOpen })) {
        if (entry === 'reset') {
          lastId = 'latest';
          onReset?.();
          break;
        }
        lastId = entry.id;
        waitMs = reopenMs.first;
        yield entry;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isFinal(error)) throw error;
      onBreak?.(errorMessage(error));
    }
    await delay(waitMs * (0.5 + Math.random() / 2), null, { signal }).catch(() => {});
    waitMs = Math.min(reopenMs.longest, waitMs * 2);
  }
}

/** What another connection cannot change. */
const isFinal = (error: unknown): boolean =>
  error instanceof FeedMissingError ||
  (error instanceof CliError && (error.problem !== null || error.exitCode === exitCodes.interrupted));

interface StreamOptions extends Pick<FeedOptions, 'query' | 'signal' | 'onOpen'> {
  after: number | 'latest';
}

/** One connection. It ends with the stream, or throws. */
async function* readStream(
  api: Api,
  { after, query, signal, onOpen }: StreamOptions,
): AsyncGenerator<HistoryEntryBody | 'reset'> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error('the stream is silent')), silenceMs);
  try {
    const response = await api.send(
      'GET',
      '/history',
      {
        query: { ...query, after },
        headers: { accept: 'text/event-stream' },
        signal: AbortSignal.any([signal, silence.signal]),
      },
      null,
    );
    await refuse(api, response);
    onOpen?.();
    const parse = createEventParser();
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      timer.refresh();
      for (const { name, data } of parse(decoder.decode(chunk, { stream: true })))
        if (name === 'history') yield JSON.parse(data) as HistoryEntryBody;
        else if (name === 'reset') yield 'reset';
    }
  } finally {
    clearTimeout(timer);
    // Ends the request where the reader stops before the stream does.
    silence.abort();
  }
}

/** @throws {CliError} what another attempt cannot change. @throws {Error} what it may. */
async function refuse(api: Api, response: Response): Promise<void> {
  const { status } = response;
  if (status === 200 && /text\/event-stream/.test(response.headers.get('content-type') ?? '')) return;
  const body: unknown = await response.json().catch(() => null);
  if (status === 404 || status === 405 || status === 200) throw new FeedMissingError(api.url);
  if (status < 500 && status !== 408 && status !== 429 && isProblem(body)) throw problemError(body, { keySource: api.keySource });
  throw new Error(`the service responds ${status}`);
}
