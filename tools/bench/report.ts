/** The results of a bench: its method, its tables, and its goals. */
export interface Report {
  title: string;
  /** The method. */
  about: string;
  tables: Table[];
  aims: Aim[];
}

export interface Table {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

export interface Aim {
  what: string;
  wanted: string;
  found: string;
  reached: boolean;
}

const aimTable = (aims: readonly Aim[]): Table => ({
  columns: ['Aim', 'Wanted', 'Found', ''],
  rows: aims.map(({ what, wanted, found, reached }) => [what, wanted, found, reached ? 'reached' : 'missed']),
});

/** As text for a terminal. */
export const asText = ({ title, about, tables, aims }: Report): string =>
  [title, about, ...[...tables, aimTable(aims)].map((table) => lines(table, '  ', ''))].join('\n\n');

export const asMarkdown = ({ title, about, tables, aims }: Report): string =>
  [`## ${title}`, about, ...[...tables, aimTable(aims)].map((table) => lines(table, ' | ', '| '))].join('\n\n');

function lines({ columns, rows }: Table, between: string, edge: string): string {
  const widths = columns.map((_, index) => Math.max(...[columns, ...rows].map((row) => (row[index] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `${edge}${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(between)}${edge.trimEnd() && ' |'}`.trimEnd();
  const rule = widths.map((width) => '-'.repeat(width));
  return [line(columns), line(rule), ...rows.map(line)].join('\n');
}
