import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../testkit/eventually.ts';
import type { CrashSystem } from './system.ts';
import type { Row } from './row.ts';
import type { ExpectedOutcome } from './expected-outcome.ts';
import { isSettled, judge, type Verdict } from './verdict.ts';
import type { Work } from './workloads.ts';

export interface RowResult {
  row: Row;
  runs: number;
  /** null: the fault was not injected. */
  injectedAt: number | null;
  /** From the injection to the last recorded outcome; null where one is missing. */
  recoveryMs: number | null;
  verdict: Verdict;
  work: Work | null;
}

/** Job locks, leases and the check for stalled jobs take up to 15 s each, and some rows need two of them. */
const deadlineMs = 90_000;
/** Time for resumed processes and requests in flight to have their effects. */
const quietMs = 1000;

export const untilFinal = (system: CrashSystem, outcomes: readonly ExpectedOutcome[]): Promise<unknown> =>
  eventually(
    () => Promise.all(outcomes.map((one) => isSettled(system, one))),
    (settled) => settled.every(Boolean),
    { withinMs: deadlineMs, everyMs: 100, what: 'the outcome' },
  );

/** Performs the row's work once with the fault armed, waits for the outcome, and judges it. */
export async function runRow(system: CrashSystem, row: Row, name: string): Promise<RowResult> {
  await system.allReady();
  const wanted = await row.workload(system, name);
  // How a deleted endpoint scaled is in the database alone (docs/operations/backup.md).
  const work = row.losesRecords ? { ...wanted, scaling: [] } : wanted;
  const armed = row.inject(system, work);
  let injectedAt: number | null = null;
  let finalAt: number | null = null;
  const refusals: string[] = [];
  void armed.injected.then((at) => (injectedAt = at));
  const allFinal = (): Promise<unknown> => untilFinal(system, [work]);
  try {
    const performed = work.perform();
    performed.catch((error: unknown) => refusals.push(error instanceof Error ? error.message : 'no error'));
    const finished = performed.then(allFinal).then(() => (finalAt = Date.now()));
    await Promise.race([finished.catch(() => {}), delay(deadlineMs, undefined, { ref: false })]);
    if (injectedAt !== null) await armed.over;
    await delay(quietMs);
  } finally {
    armed.remove();
  }
  // A fault at the very end, or a process that resumes after it, may undo the outcome: the service must restore it.
  await system.allReady();
  await allFinal().catch(() => {});
  // Runs of earlier rows may not be rebuilt yet; the audit at the end judges them.
  const judgeRow = (): Promise<Verdict> => judge(system, work, { foreignToo: !row.losesRecords });
  let verdict = await judgeRow();
  if (verdict.lost.length > 0) {
    // A resumed process was slower than `quietMs`: the service restores the outcome now. What is lost stays so.
    await delay(quietMs);
    await allFinal().catch(() => {});
    verdict = await judgeRow();
  }
  // A workload that a client gave up explains what is missing; where nothing is, its last request may just have been late.
  if (injectedAt === null || verdict.lost.length > 0) verdict.lost.push(...refusals.map((refusal) => `the workload: ${refusal}`));
  const recoveryMs = injectedAt === null || finalAt === null ? null : Math.max(0, finalAt - injectedAt);
  return { row, runs: work.expects.length, injectedAt, recoveryMs, verdict, work };
}
