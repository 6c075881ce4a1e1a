/**
 * Splits PostgreSQL's protocol into messages: a byte for the kind, and four for the length of the rest
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html). What a client sends first has no kind.
 */
export class PostgresFrames {
  #rest: Buffer = Buffer.alloc(0);
  #hasKind: boolean;

  constructor(from: 'client' | 'server') {
    this.#hasKind = from === 'server';
  }

  /** @returns the messages that are complete now. */
  push(chunk: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const messages: Buffer[] = [];
    for (;;) {
      const kindBytes = this.#hasKind ? 1 : 0;
      if (this.#rest.length < kindBytes + 4) return messages;
      const length = kindBytes + this.#rest.readInt32BE(kindBytes);
      if (this.#rest.length < length) return messages;
      messages.push(this.#rest.subarray(0, length));
      this.#rest = this.#rest.subarray(length);
      this.#hasKind = true;
    }
  }
}

/** The kind of a message that has one: `Q` for a simple query, `P` for a parsed statement, `B` for its values, `Z` for being ready. */
export const kindOf = (message: Buffer): string => String.fromCharCode(message[0] ?? 0);

/** All of its text, with what is not text between. */
export const textOf = (message: Buffer): string => message.toString('latin1', 5).replace(/\0+$/, '');
