import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './chaos-database.ts';
import type { PolicyName } from './delivery-policies.ts';
import { feedIntervalSeconds } from './feed-workloads.ts';
import { CrashSystem } from './system.ts';
import type { Row } from './row.ts';
import { type RowResult, runRow, untilFinal } from './run-row.ts';
import { judge, noEffects } from './verdict.ts';

export interface MatrixOptions {
  /** Of the service's database. */
  engine: Engine;
  rows: readonly Row[];
  /** How many systems run side by side. */
  systems: number;
  report: (line: string) => void;
}

export const isGood = ({ injectedAt, verdict: { lost, doubled, wrong } }: RowResult): boolean =>
  injectedAt !== null && lost.length + doubled.length + wrong.length === 0;

/** Nothing is to be judged: what the fault waits for took another course, such as a check that saw the end before Search did. */
const hadNoOccasion = ({ injectedAt, verdict: { lost, doubled, wrong } }: RowResult): boolean =>
  injectedAt === null && lost.length + doubled.length + wrong.length === 0;

/**
 * Runs the rows, one at a time on each system. After a bad row the next row gets a new system; a row whose fault had no occasion gets
 * a second one there.
 */
export async function runMatrix({ engine, rows, systems, report }: MatrixOptions): Promise<RowResult[]> {
  const total = rows.length;
  const results: RowResult[] = [];
  const named = rows.map((row, index): NamedRow => ({
    row,
    name: `crash-${String(index + 1).padStart(4, '0')}`,
    attempt: 1,
  }));
  // The delivery file of every system has the endpoints of all rows.
  const policies = policiesOf(named);

  async function lane(left: NamedRow[]): Promise<void> {
    let system: CrashSystem | null = null;
    let done: RowResult[] = [];
    const audited = async (): Promise<void> => {
      if (system !== null) await audit(system, done, report);
      done = [];
    };
    try {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const { row, name } = next;
        const pollIntervalSeconds = row.isFed === true ? feedIntervalSeconds : undefined;
        system ??= await CrashSystem.start(engine, { pollIntervalSeconds, policies });
        const result = await runRow(system, row, name).catch((error: unknown) => brokenRow(row, error));
        const isRepeated = next.attempt === 1 && hadNoOccasion(result);
        if (isRepeated) {
          left.unshift({ ...next, attempt: 2 });
          report(`once more: ${lineOf(result)}`);
        } else {
          results.push(result);
          done.push(result);
          report(`${results.length}/${total} ${lineOf(result)}`);
          if (isGood(result)) continue;
        }
        report(`    output of the processes: ${keepOutput(name, system.output)}`);
        if (isRepeated) await audited();
        done = [];
        await system.stop();
        system = null;
      }
      await audited();
    } finally {
      await system?.stop();
    }
  }
  const losing = named.filter(({ row }) => row.losesRecords);
  const fed = named.filter(({ row }) => row.isFed);
  const others = named.filter(({ row }) => !row.losesRecords && !row.isFed);
  await Promise.all(
    Array.from({ length: systems }, async (_, index) => {
      if (index === 0) await lane(losing);
      if (index === systems - 1) await lane(fed);
      await lane(others);
    }),
  );
  return results;
}

interface NamedRow {
  row: Row;
  /** Of its trainings: what their names begin with. Its endpoint is named after it. */
  name: string;
  attempt: 1 | 2;
}

const policiesOf = (rows: readonly NamedRow[]): Record<string, PolicyName> =>
  Object.fromEntries(
    rows.flatMap(({ name, row }) => (row.workload.policy === undefined ? [] : [[`ep-${name}`, row.workload.policy]])),
  );

/** Judges every row of a system once more at its end: finds effects that were doubled late. */
async function audit(system: CrashSystem, results: readonly RowResult[], report: (line: string) => void): Promise<void> {
  const works = results.flatMap(({ work }) => work ?? []);
  // Runs that lost their records in the last row may not be rebuilt yet.
  await untilFinal(system, works).catch(() => {});
  for (const result of results) {
    if (result.work === null) continue;
    const late = await judge(system, result.work);
    for (const kind of ['lost', 'doubled', 'wrong'] as const) result.verdict[kind].push(...late[kind]);
    if (!isGood(result)) report(`found by the audit: ${lineOf(result)}`);
  }
}

function keepOutput(name: string, output: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'autodeploy-crash-log-')), `${name}.log`);
  writeFileSync(path, output);
  return path;
}

const brokenRow = (row: Row, error: unknown): RowResult => ({
  row,
  runs: 1,
  injectedAt: null,
  recoveryMs: null,
  verdict: { effects: noEffects, lost: [`the row failed: ${String(error)}`], doubled: [], wrong: [] },
  work: null,
});

export function lineOf({ row, injectedAt, recoveryMs, verdict }: RowResult): string {
  const faults = (['lost', 'doubled', 'wrong'] as const).flatMap((kind) => verdict[kind].map((one) => `${kind}: ${one}`));
  const wrong = injectedAt === null ? ['the fault was not injected', ...faults] : faults;
  const took = recoveryMs === null ? '' : ` ${(recoveryMs / 1000).toFixed(1)} s`;
  return `${wrong.length === 0 ? 'ok' : 'BAD'}${took} | ${row.fault} | ${row.step}${wrong.map((one) => `\n    ${one}`).join('')}`;
}
