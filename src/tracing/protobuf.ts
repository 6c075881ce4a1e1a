/** What protobuf's wire format needs for OTLP's messages: https://protobuf.dev/programming-guides/encoding/ */
export type Field = readonly [number: number, type: 0 | 1 | 2, bytes: Uint8Array];

const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;

const text = new TextEncoder();

export const message = (...fields: readonly Field[]): Uint8Array =>
  Buffer.concat(
    fields.flatMap(([number, type, bytes]) => [
      varintBytes(BigInt((number << 3) | type)),
      ...(type === lengthDelimited ? [varintBytes(BigInt(bytes.length))] : []),
      bytes,
    ]),
  );

export const bytesField = (number: number, bytes: Uint8Array): Field => [number, lengthDelimited, bytes];
export const textField = (number: number, value: string): Field => bytesField(number, text.encode(value));
export const hexField = (number: number, value: string): Field => bytesField(number, Buffer.from(value, 'hex'));
/** Negative ones are in two's complement of 64 bits. */
export const integerField = (number: number, value: number | bigint): Field => [
  number,
  varint,
  varintBytes(BigInt.asUintN(64, BigInt(value))),
];

export function fixed64Field(number: number, value: bigint): Field {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return [number, fixed64, bytes];
}

export function doubleField(number: number, value: number): Field {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return [number, fixed64, bytes];
}

function varintBytes(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  do {
    const low = Number(left & 0x7fn);
    left >>= 7n;
    bytes.push(left === 0n ? low : low | 0x80);
  } while (left !== 0n);
  return Uint8Array.from(bytes);
}
