import { beforeAll, describe, expect, it } from 'vitest';
import { summaryOf } from '../../tools/chaos/report.ts';
import type { RowResult } from '../../tools/chaos/run-row.ts';
import { rowsOfEngine } from '../../tools/chaos/rows.ts';
import { lineOf, runMatrix } from '../../tools/chaos/run-matrix.ts';

/** The rows of the crash matrix that prove the most for their time; `npm run crash-matrix` runs all of them. */
const short = rowsOfEngine('sqlite').filter((row) => row.short);
const took = new Map<number, RowResult>();
const lines: string[] = [];

beforeAll(async () => {
  const results = await runMatrix({ engine: 'sqlite', rows: short, systems: 4, report: (line) => lines.push(line) });
  for (const result of results) took.set(result.row.order, result);
}, 240_000);

describe('runMatrix', () => {
  it.each(short)('recovers: $fault, $step', ({ order }) => {
    const result = took.get(order);
    expect(result && lineOf(result)).toMatch(/^ok/);
  });

  it('loses and doubles nothing in the short matrix', () => {
    expect(summaryOf([...took.values()]), lines.join('\n')).toEqual({
      rows: short.length,
      injected: short.length,
      lost: 0,
      doubled: 0,
      wrong: 0,
    });
  });
});
