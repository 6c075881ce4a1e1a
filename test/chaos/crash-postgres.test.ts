import { beforeAll, describe, expect, it } from 'vitest';
import { summaryOf } from '../../tools/chaos/report.ts';
import { postgresRows } from '../../tools/chaos/postgres-rows.ts';
import type { RowResult } from '../../tools/chaos/run-row.ts';
import { rowsOfEngine } from '../../tools/chaos/rows.ts';
import { lineOf, runMatrix } from '../../tools/chaos/run-matrix.ts';

/** Of the rows that only PostgreSQL has, those that prove the most for their time. */
const own = new Set(postgresRows.map(({ fault, step }) => `${fault} ${step}`));
const short = rowsOfEngine('postgres').filter((row) => row.short && own.has(`${row.fault} ${row.step}`));
const took = new Map<number, RowResult>();
const lines: string[] = [];

beforeAll(async () => {
  const results = await runMatrix({ engine: 'postgres', rows: short, systems: 2, report: (line) => lines.push(line) });
  for (const result of results) took.set(result.row.order, result);
}, 480_000);

describe('runMatrix on PostgreSQL', () => {
  it.each(short)('recovers: $fault, $step', ({ order }) => {
    const result = took.get(order);
    expect(result && lineOf(result)).toMatch(/^ok/);
  });

  it('loses and doubles nothing when the server dies, refuses, or a commit is in doubt', () => {
    expect(short).toHaveLength(4);
    expect(summaryOf([...took.values()]), lines.join('\n')).toEqual({
      rows: short.length,
      injected: short.length,
      lost: 0,
      doubled: 0,
      wrong: 0,
    });
  });
});
