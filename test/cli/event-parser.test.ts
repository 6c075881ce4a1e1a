import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventParser } from '../../src/cli/feed/event-parser.ts';

const stream =
  '\ufeff: comment\r\nretry: 2000\n\nid: 1\nevent: history\ndata: {"a":\ndata:  1}\n\ndata\n\nid: 2\r\rid: 3\nevent:history\ndata:x\r\n\r\n: bye\n';
const events = [
  { name: 'history', data: '{"a":\n 1}', lastId: '1' },
  { name: 'message', data: '', lastId: '1' },
  { name: 'history', data: 'x', lastId: '3' },
];

describe('createEventParser', () => {
  it('reads fields, comments, several lines of data and each kind of line end', () => {
    expect(createEventParser()(stream)).toEqual(events);
  });

  it('reads the same in pieces of any size', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: stream.length - 1 })).map((list) => list.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(cuts, (at) => {
        const parse = createEventParser();
        const pieces = [...at, stream.length].map((end, index) => stream.slice(index === 0 ? 0 : at[index - 1], end));
        expect(pieces.flatMap((piece) => parse(piece))).toEqual(events);
      }),
    );
  });

  it('gives no event that is not complete', () => {
    expect(createEventParser()('event: history\ndata: 1\n')).toEqual([]);
  });
});
