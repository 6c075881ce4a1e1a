import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { reportPath } from '../reports.ts';
import { type Measurement, replaceFigures } from './figures.ts';

/** Replaces the part's figures in the report of the benches. */
export function writeFigures(measurement: Omit<Measurement, 'date' | 'commit'>): void {
  const path = reportPath('benchmarks');
  const dated = { ...measurement, date: new Date().toISOString().slice(0, 10), commit: describeCommit() };
  writeFileSync(path, replaceFigures(readFileSync(path, 'utf8'), dated));
}

/** The commit of the measured code; the report itself may differ from it. */
function describeCommit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
  const hash = git('rev-parse', '--short', 'HEAD');
  const isChanged = git('status', '--porcelain', '--', ':/src', ':/packages', ':/tools', ':/package-lock.json') !== '';
  return isChanged ? `${hash} with uncommitted changes` : hash;
}
