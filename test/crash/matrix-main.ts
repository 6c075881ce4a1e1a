/**
 * `npm run crash-matrix`: every fault at every step, with real processes; writes docs/crash-matrix.md and ends with 1 when a run was
 * lost, doubled or ended otherwise than it should. Words after `--` choose rows by their fault or step: those write nothing.
 */
import { rows } from './rows.ts';
import { isGood, runMatrix } from './run-matrix.ts';

const words = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const chosen = rows.filter((row) =>
  words.every((word) => `${row.fault} | ${row.step}${row.short ? ' short' : ''}`.includes(word)),
);
say(`${chosen.length} rows`);
const results = await runMatrix({ rows: chosen, times: 1, systems: 3, tell: say });
process.exitCode = results.every(isGood) && results.length > 0 ? 0 : 1;
