import type { IncomingMessage, ServerResponse } from 'node:http';

const lingerMs = 2000;
/** Of all connections together, within `lingerMs`: dropped bytes stay in memory until they are collected. */
const lingerBytes = 32 * 1024 * 1024;

/** Keeps the connection open when a response is sent before the body of the request was read. */
export type Linger = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/**
 * For the connections of one server: when a response is sent before the request's body was read to the end, reads and drops the rest for
 * a moment. A connection that is closed over unread bytes is reset, and a reset discards the response of a client that has not read it
 * yet (RFC 9112, section 9.6). The response itself is sent at once; only its end waits. The bytes that are read count against a budget that
 * all connections share: once it is used up the rest stays unread, but the connection is not cut before the moment is over, so that its
 * client has time to read the response.
 */
export function createLinger(now: () => number = () => performance.now()): Linger {
  let left = lingerBytes;
  let sharedUntil = now() + lingerMs;

  const mayRead = (bytes: number): boolean => {
    if (now() >= sharedUntil) {
      left = lingerBytes;
      sharedUntil = now() + lingerMs;
    }
    left -= bytes;
    return left >= 0;
  };

  /** Calls `over` once: when the body has ended, was cut, or `lingerMs` have gone by. */
  const drop = (incoming: IncomingMessage, over: () => void): void => {
    const onData = (chunk: Uint8Array): void => {
      if (!mayRead(chunk.length)) incoming.pause();
    };
    const stop = (): void => {
      clearTimeout(timer);
      incoming.off('data', onData).off('end', stop).off('close', stop).off('error', stop);
      // Later bytes stay unread: the end of the response cuts the connection.
      incoming.pause();
      over();
    };
    const timer = setTimeout(stop, lingerMs);
    incoming.on('data', onData).once('end', stop).once('close', stop).once('error', stop).resume();
  };

  return (incoming, outgoing) => {
    const end = outgoing.end.bind(outgoing) as (chunk?: unknown) => ServerResponse;
    const linger = (chunk?: unknown): ServerResponse => {
      outgoing.end = end as ServerResponse['end'];
      if (incoming.complete || incoming.destroyed) return end(chunk);
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) outgoing.write(chunk);
      drop(incoming, () => end());
      return outgoing;
    };
    outgoing.end = linger as ServerResponse['end'];
  };
}
