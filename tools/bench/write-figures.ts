import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../../docs/reports/benchmarks.md', import.meta.url));
const begin = '<!-- figures: begin, written by `npm run bench -- --write` -->';
const end = '<!-- figures: end -->';

/** Replaces the figures in docs/reports/benchmarks.md; the text around them is written by hand. */
export function writeFigures(sections: readonly string[], { machine, command }: { machine: string; command: string }): void {
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no place for the figures: ${begin} … ${end}`);
  const measured = `Measured on ${new Date().toISOString().slice(0, 10)} with \`${command}\`: ${machine}.`;
  const figures = [begin, measured, ...sections, end].join('\n\n');
  writeFileSync(file, `${text.slice(0, from)}${figures}${text.slice(to + end.length)}`);
}
