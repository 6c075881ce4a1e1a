import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Measurement, replaceFigures } from '../../tools/bench/figures.ts';
import { parts } from '../../tools/bench/options.ts';
import { reportPath } from '../../tools/reports.ts';

const measurement = (more: Partial<Measurement> = {}): Measurement => ({
  part: 'deploy',
  text: '## Deploy\n\nThe method.\n\n| a | b |\n| - | - |\n| 1 | 2 |',
  date: '2026-11-26',
  commit: 'abc1234',
  command: 'npm run bench -- deploy',
  machine: '2 cores',
  ...more,
});

const marked = (part: string, text: string): string =>
  `<!-- figures of ${part}: begin, written by \`npm run bench -- ${part} --write\` -->\n\n${text}\n\n<!-- figures of ${part}: end -->`;

const document = ['# Benchmarks', marked('bootstrap', 'old bootstrap'), 'between', marked('deploy', 'old deploy'), 'after'].join(
  '\n\n',
);

describe('replaceFigures', () => {
  it('replaces the section of its part and leaves the rest of the report as it is', () => {
    const replaced = replaceFigures(document, measurement());
    expect(replaced).not.toContain('old deploy');
    const [before = '', rest = ''] = replaced.split('<!-- figures of deploy: begin');
    expect(before).toBe(document.split('<!-- figures of deploy: begin')[0]);
    expect(rest.split('<!-- figures of deploy: end -->')[1]).toBe('\n\nafter');
  });

  it('says when, at which commit, with which command and on which machine the part was measured', () => {
    const replaced = replaceFigures(document, measurement());
    expect(replaced).toContain(
      '## Deploy\n\nMeasured on 2026-11-26 at commit abc1234 with `npm run bench -- deploy`: 2 cores.\n\nThe method.\n\n| a | b |',
    );
  });

  it('replaces earlier figures of the same part', () => {
    const twice = replaceFigures(replaceFigures(document, measurement({ commit: 'old5678' })), measurement());
    expect(twice).toBe(replaceFigures(document, measurement()));
  });

  it('keeps every part that is measured one after the other', () => {
    const both = replaceFigures(
      replaceFigures(document, measurement()),
      measurement({ part: 'bootstrap', text: '## Bootstrap' }),
    );
    expect(both).toContain('## Deploy');
    expect(both).toContain('## Bootstrap');
  });

  it('throws where the report has no place for the part', () => {
    expect(() => replaceFigures(document, measurement({ part: 'polling' }))).toThrow('no place for polling');
  });
});

describe('the report of the benches', () => {
  it('has a place for every part, in the order in which they run', () => {
    const report = readFileSync(reportPath('benchmarks'), 'utf8');
    const places = parts.map((part) => [
      report.indexOf(`<!-- figures of ${part}: begin`),
      report.indexOf(`<!-- figures of ${part}: end -->`),
    ]);
    expect(places.flat()).toEqual(places.flat().toSorted((a, b) => a - b));
    expect(places.flat()).not.toContain(-1);
    for (const part of parts) expect(replaceFigures(report, measurement({ part }))).toContain('abc1234');
  });
});
