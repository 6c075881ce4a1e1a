import { describe, expect, it } from 'vitest';
import { callerSpanOf, traceIdOf, traceParentOf } from '../../src/core/trace-parent.ts';

const id = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('traceIdOf', () => {
  it.each([`00-${id}-00f067aa0ba902b7-01`, `00-${id}-00f067aa0ba902b7-00`, `01-${id}-00f067aa0ba902b7-01-more`])(
    'returns the id of the trace of %s',
    (header) => expect(traceIdOf(header)).toBe(id),
  );

  it.each([
    undefined,
    '',
    id,
    `ff-${id}-00f067aa0ba902b7-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${id}-${'0'.repeat(16)}-01`,
    `00-${id.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${id}-00f067aa0ba902b7-01-more`,
  ])('returns null for %s', (header) => expect(traceIdOf(header)).toBeNull());
});

describe('callerSpanOf', () => {
  const span = { traceId: id, spanId: '00f067aa0ba902b7' };

  it.each([`00-${id}-00f067aa0ba902b7-01`, `00-${id}-00f067aa0ba902b7-03`, `01-${id}-00f067aa0ba902b7-01-more`])(
    'returns the span of %s, which traceParentOf writes again',
    (header) => {
      expect(callerSpanOf(header)).toEqual(span);
      expect(callerSpanOf(traceParentOf(span))).toEqual(span);
    },
  );

  it.each([null, undefined, `00-${id}-00f067aa0ba902b7-00`, `00-${id}-00f067aa0ba902b7-02`, `ff-${id}-00f067aa0ba902b7-01`])(
    'returns null for %s, which its sender does not record or which is none',
    (header) => expect(callerSpanOf(header)).toBeNull(),
  );
});
