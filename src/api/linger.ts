import type { IncomingMessage, ServerResponse } from 'node:http';

const lingerMs = 2000;
const lingerBytes = 64 * 1024 * 1024;

/**
 * Keeps the connection of a request that is answered before its body was read to the end, and reads the rest away, for a moment: a
 * connection that is closed over unread bytes is reset, and a reset takes the answer from a client that has not read it yet (RFC 9112,
 * section 9.6). The answer itself goes out at once; only its end waits.
 */
export function lingerOverUnreadBody(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const end = outgoing.end.bind(outgoing) as (chunk?: unknown) => ServerResponse;
  const linger = (chunk?: unknown): ServerResponse => {
    outgoing.end = end as ServerResponse['end'];
    if (incoming.complete || incoming.destroyed) return end(chunk);
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) outgoing.write(chunk);
    readAway(incoming, () => end());
    return outgoing;
  };
  outgoing.end = linger as ServerResponse['end'];
}

/** Calls `over` once: when the body has ended, was broken off, or goes on for too long. */
function readAway(incoming: IncomingMessage, over: () => void): void {
  let left = lingerBytes;
  const onData = (chunk: Uint8Array): void => {
    left -= chunk.length;
    if (left < 0) stop();
  };
  const stop = (): void => {
    clearTimeout(timer);
    incoming.off('data', onData).off('end', stop).off('close', stop).off('error', stop);
    over();
  };
  const timer = setTimeout(stop, lingerMs);
  incoming.on('data', onData).once('end', stop).once('close', stop).once('error', stop).resume();
}
