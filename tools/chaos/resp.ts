/** Redis's wire protocol, versions 2 and 3, as far as a proxy needs it: where a frame ends, and the words of a command. */

const crlf = Buffer.from('\r\n');
/** Types that consist of their header. */
const simple = new Set(['+', '-', ':', '_', '#', ',', '(']);
const bulk = new Set(['$', '!', '=']);
const aggregate = new Set(['*', '~', '>']);
/** Two frames an entry. */
const maps = new Set(['%', '|']);

/** Where the frame that begins at `start` ends; null when the buffer holds only a part of it. */
function frameEnd(bytes: Buffer, start: number): number | null {
  const lineEnd = bytes.indexOf(crlf, start);
  if (lineEnd === -1) return null;
  const type = String.fromCharCode(bytes[start] ?? 0);
  const after = lineEnd + crlf.length;
  if (simple.has(type)) return after;
  const count = Number(bytes.toString('latin1', start + 1, lineEnd));
  if (bulk.has(type)) {
    const end = count < 0 ? after : after + count + crlf.length;
    return end <= bytes.length ? end : null;
  }
  if (!aggregate.has(type) && !maps.has(type))
    throw new Error(`not RESP: ${JSON.stringify(bytes.toString('latin1', start, after))}`);
  let end: number | null = after;
  for (let left = maps.has(type) ? 2 * count : count; left > 0 && end !== null; left -= 1) end = frameEnd(bytes, end);
  return end;
}

/** Cuts a stream into whole frames. */
export class Frames {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    let start = 0;
    while (start < bytes.length) {
      const end = frameEnd(bytes, start);
      if (end === null) break;
      frames.push(bytes.subarray(start, end));
      start = end;
    }
    this.#rest = bytes.subarray(start);
    return frames;
  }
}

/** An out-of-band message, as for client tracking: the response to no command. */
export const isPush = (frame: Buffer): boolean => frame[0] === '>'.charCodeAt(0);

/** The words of a command: an array of bulk strings. */
export function wordsOf(frame: Buffer): string[] {
  const words: string[] = [];
  let at = frame.indexOf(crlf) + crlf.length;
  while (at < frame.length) {
    const lineEnd = frame.indexOf(crlf, at);
    const length = Number(frame.toString('latin1', at + 1, lineEnd));
    const start = lineEnd + crlf.length;
    words.push(frame.toString('latin1', start, start + length));
    at = start + length + crlf.length;
  }
  return words;
}
