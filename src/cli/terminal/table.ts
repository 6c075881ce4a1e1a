import type { Style, Tone } from './style.ts';
import { displayWidth, pad, printable, truncate } from './text.ts';

export interface Cell {
  text: string;
  tone?: Tone;
}

const gap = '  ';
const narrowest = 12;

/**
 * Columns that line up. On a terminal, `width` columns wide, the last column is cut to fit; without a width nothing is cut, so that programs
 * find every value whole.
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  { style, width }: { style: Style; width: number | null },
): string {
  const clean = rows.map((row) => row.map(({ text, tone }) => ({ text: text === '' ? '-' : printable(text), tone })));
  const widths = header.map((title, column) =>
    Math.max(displayWidth(title), ...clean.map((row) => displayWidth(row[column]?.text ?? ''))),
  );
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + gap.length, 0);
  const last = header.length - 1;
  if (width !== null) widths[last] = Math.max(narrowest, Math.min(widths[last] ?? 0, width - before));
  const line = (cells: readonly Cell[]): string =>
    cells
      .map(({ text, tone }, column) => {
        const room = widths[column] ?? 0;
        const shown = column === last && width !== null ? truncate(text, room) : text;
        const painted = tone === undefined ? shown : style.paint(tone, shown);
        return column === last ? painted : pad(painted, room);
      })
      .join(gap)
      .trimEnd();
  return [line(header.map((text) => ({ text, tone: 'quiet' as const }))), ...clean.map(line)].join('\n');
}

/** Names with their values below each other; those without a value are left out. */
export function fields(
  entries: readonly (readonly [name: string, value: string | null | undefined, tone?: Tone])[],
  style: Style,
): string {
  const shown = entries.filter(([, value]) => value !== null && value !== undefined && value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown
    .map(([name, value, tone]) => {
      const text = printable(value ?? '');
      return `${style.paint('quiet', name.padEnd(width))}  ${tone === undefined ? text : style.paint(tone, text)}`;
    })
    .join('\n');
}
