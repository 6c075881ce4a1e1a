import type { Cli } from './cli.ts';
import { styleOf } from './terminal/style.ts';
import { type Cell, table } from './terminal/table.ts';

/** Prints a table, which fits a terminal and is whole in a pipe. `none`: what is said, on stderr, in place of an empty one. */
export function showTable(cli: Cli, header: readonly string[], rows: readonly (readonly Cell[])[], none: string): void {
  if (rows.length === 0) return cli.say(none);
  const width = cli.stdout.isTTY === true ? (cli.stdout.columns ?? 80) : null;
  cli.print(table(header, rows, { style: styleOf(cli.stdout, cli.env), width }));
}
