import type { IncomingMessage, ServerResponse } from 'node:http';

const lingerMs = 2000;
/** Of all connections together, within `lingerMs`: what is read away lies in memory until it is collected. */
const lingerBytes = 32 * 1024 * 1024;

/** Keeps the connection of a request that is answered before its body was read. */
export type Linger = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/**
 * For the connections of one server: keeps one whose request is answered before its body was read to the end, and reads the rest away,
 * for a moment. A connection that is closed over unread bytes is reset, and a reset takes the answer from a client that has not read it
 * yet (RFC 9112, section 9.6). The answer itself goes out at once; only its end waits. Clients that pour without listening use up what
 * all of them share, and are cut.
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

  /** Calls `over` once: when the body has ended, was broken off, or goes on for too long. */
  const readAway = (incoming: IncomingMessage, over: () => void): void => {
    const onData = (chunk: Uint8Array): void => {
      if (!mayRead(chunk.length)) stop();
    };
    const stop = (): void => {
      clearTimeout(timer);
      incoming.off('data', onData).off('end', stop).off('close', stop).off('error', stop);
      // What comes after this is left unread, for the end to cut.
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
      readAway(incoming, () => end());
      return outgoing;
    };
    outgoing.end = linger as ServerResponse['end'];
  };
}
