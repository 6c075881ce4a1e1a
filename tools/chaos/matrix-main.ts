/**
 * `npm run crash-matrix`: every fault at every step, with real processes; writes docs/reports/crash-matrix.md, and ends with 1 when a run was
 * lost or doubled, ended otherwise than it should, or a fault did not strike. Words choose rows by their fault and step; then, and
 * with `--short`, nothing is written. `--seed` gives an earlier order again, `--systems` runs more or fewer of them side by side.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { newSeed, seededRandom, shuffled } from './random.ts';
import { reportOf, summaryLine, summaryOf } from './report.ts';
import { rows } from './rows.ts';
import { isGood, runMatrix } from './run-matrix.ts';

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, systems: { type: 'string', default: '4' }, short: { type: 'boolean', default: false } },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const seed = Number(values.seed ?? newSeed());
const at = new Date();
const startedAt = performance.now();

const chosen = rows.filter(
  ({ fault, step, short }) => (short || !values.short) && words.every((word) => `${fault} | ${step}`.includes(word)),
);
say(`seed ${seed}, ${chosen.length} rows`);
const results = await runMatrix({ rows: shuffled(chosen, seededRandom(seed)), systems: Number(values.systems), report: say });
const summary = summaryOf(results);
say(summaryLine(summary));
if (chosen.length === rows.length) {
  const path = fileURLToPath(new URL('../../docs/reports/crash-matrix.md', import.meta.url));
  writeFileSync(path, reportOf(results, { at, tookMs: performance.now() - startedAt, seed }));
  execFileSync(fileURLToPath(new URL('../../node_modules/.bin/oxfmt', import.meta.url)), [path]);
  say(`written: ${path}`);
}
process.exitCode = results.length > 0 && results.every(isGood) ? 0 : 1;
