/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), over a web stream. */

export type StreamEnd = 'client' | 'server' | 'failed';

/** What became of a stream, for the log. */
export interface EndedStream {
  end: StreamEnd | 'reset';
  /** Of `failed`. */
  error: unknown;
  /** How many entries were sent. */
  entries: number;
}

export interface EventSource {
  /** The next piece of the stream; null at its end. One call at a time. */
  next(): Promise<string | null>;
  /** No more is taken: a `next` that waits returns null. */
  close(): void;
}

interface EventStreamOptions {
  /** The piece with which it begins. */
  opening: string;
  /** A comment goes out after so long without anything else: proxies cut what is silent. */
  keepAliveMs: number;
  /** It ends after so long; its reader connects again, to whichever process. */
  lifetimeMs: number;
}

/**
 * The body of a response. Pieces are taken from the source as fast as the connection takes them, so that nothing heaps up behind a slow
 * one. `ended` resolves once, when the source is closed: by the client, by its own end, or by an error of the source.
 */
export function eventStream(
  source: EventSource,
  { opening, keepAliveMs, lifetimeMs }: EventStreamOptions,
): { body: ReadableStream<Uint8Array>; ended: Promise<{ end: StreamEnd; error: unknown }> } {
  const encoder = new TextEncoder();
  const { promise: ended, resolve } = Promise.withResolvers<{ end: StreamEnd; error: unknown }>();
  let isOver = false;
  let keepAlive: NodeJS.Timeout | undefined;
  let lifetime: NodeJS.Timeout | undefined;
  const finish = (end: StreamEnd, error: unknown = null): void => {
    isOver = true;
    clearInterval(keepAlive);
    clearTimeout(lifetime);
    source.close();
    resolve({ end, error });
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(opening));
      lifetime = setTimeout(() => source.close(), lifetimeMs);
      keepAlive = setInterval(() => {
        // A connection that takes nothing has enough to send.
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(':\n\n'));
      }, keepAliveMs);
    },
    async pull(controller) {
      const piece = await source.next().catch((error: unknown) => {
        finish('failed', error);
        return null;
      });
      if (piece !== null) return controller.enqueue(encoder.encode(piece));
      if (!isOver) finish('server');
      // Not after `cancel`, which has closed it.
      if (controller.desiredSize !== null) controller.close();
    },
    cancel() {
      finish('client');
    },
  });
  return { body, ended };
}
