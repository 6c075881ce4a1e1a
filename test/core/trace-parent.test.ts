import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../src/core/trace-parent.ts';

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
  ])('returns null for %s', (header) => expect(traceIdOf(header)).toBeNull());
});
