/**
 * `npm run crash-matrix`: injects every fault at every step into real processes and writes the report. Exits with 1 when a run is lost,
 * doubled or ends with another outcome than the expected one, or when a fault is not injected.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { reportPath, reports } from '../reports.ts';
import { engineOf } from './chaos-database.ts';
import { newSeed, seededRandom, shuffled } from './random.ts';
import { reportOf, summaryLine, summaryOf } from './report.ts';
import { rowsOfEngine } from './rows.ts';
import { isGood, runMatrix } from './run-matrix.ts';

const usage = [
  'npm run crash-matrix                    every row; writes the report ' + reports.crashMatrix,
  'npm run crash-matrix -- WORD…           only the rows whose fault and step contain every word; writes no report',
  '  --database E sqlite (the default), or postgres with rows of its own and the report ' + reports.crashMatrixPostgres,
  '  --list       print the rows and run none',
  '  --short      only the rows of the short matrix of `npm test`; writes no report',
  '  --systems N  run so many systems side by side (4)',
  '  --seed S     repeat the order of an earlier run',
];

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    database: { type: 'string', default: 'sqlite' },
    systems: { type: 'string', default: '4' },
    short: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const engine = engineOf(values.database);
const rows = rowsOfEngine(engine);
const chosen = rows.filter(
  ({ fault, step, short }) => (short || !values.short) && words.every((word) => `${fault} | ${step}`.includes(word)),
);
if (values.help) usage.forEach(say);
else if (values.list) chosen.forEach(({ fault, step }) => say(`${fault} | ${step}`));
else process.exitCode = await run(Number(values.seed ?? newSeed()));

/** @returns the exit code. */
async function run(seed: number): Promise<number> {
  const at = new Date();
  const startedAt = performance.now();
  say(`seed ${seed}, ${chosen.length} rows`);
  const results = await runMatrix({
    engine,
    rows: shuffled(chosen, seededRandom(seed)),
    systems: Number(values.systems),
    report: say,
  });
  say(summaryLine(summaryOf(results)));
  if (chosen.length === rows.length) {
    const path = reportPath(engine === 'postgres' ? 'crashMatrixPostgres' : 'crashMatrix');
    writeFileSync(path, reportOf(results, { engine, at, tookMs: performance.now() - startedAt, seed }));
    execFileSync(fileURLToPath(new URL('../../node_modules/.bin/oxfmt', import.meta.url)), [path]);
    say(`written: ${path}`);
  }
  return results.length > 0 && results.every(isGood) ? 0 : 1;
}
