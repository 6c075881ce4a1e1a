/** The values of each field: bytes of what has a length or a fixed size, numbers of the others. */
export type Message = ReadonlyMap<number, readonly (Buffer | bigint)[]>;

/** Reads protobuf's wire format. @throws {Error} for what is malformed. */
export function readMessage(body: Buffer): Message {
  const fields = new Map<number, (Buffer | bigint)[]>();
  let at = 0;
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = body[at++];
      if (byte === undefined || shift > 63n) throw new Error('a number does not end');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > body.length) throw new Error('a field does not end');
    const part = body.subarray(at, at + length);
    at += length;
    return part;
  };
  while (at < body.length) {
    const tag = Number(readVarint());
    const type = tag & 7;
    const number = tag >> 3;
    if (number === 0) throw new Error('no field has the number 0');
    const value = type === 0 ? readVarint() : type === 1 ? take(8) : type === 2 ? take(Number(readVarint())) : null;
    if (value === null) throw new Error(`OTLP has no field of type ${type}`);
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

export const subMessages = (message: Message | undefined, field: number): Message[] =>
  (message?.get(field) ?? []).map((value) => {
    if (!Buffer.isBuffer(value)) throw new Error(`field ${field} is no message`);
    return readMessage(value);
  });
