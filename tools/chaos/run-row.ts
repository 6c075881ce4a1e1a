import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../testkit/eventually.ts';
import type { CrashSystem } from './system.ts';
import type { Row } from './row.ts';
import { isFinal, judge, type RunExpectation, type Verdict } from './verdict.ts';
import type { Work } from './workloads.ts';

export interface RowResult {
  row: Row;
  runs: number;
  /** null: the fault never struck. */
  struckAt: number | null;
  /** From the fault to the last recorded outcome; null without. */
  recoveryMs: number | null;
  verdict: Verdict;
  work: Work | null;
}

/** Locks, leases and looks for stalled jobs take up to 15 s each, and some rows need two of them. */
const deadlineMs = 90_000;
/** For what wakes up or was under way to show itself. */
const quietMs = 1000;

export const untilFinal = (system: CrashSystem, expects: readonly RunExpectation[]): Promise<unknown> =>
  eventually(
    () => Promise.all(expects.map(async (one) => isFinal(await system.client.run(one.name), one))),
    (final) => final.every(Boolean),
    { withinMs: deadlineMs, everyMs: 100, what: 'the outcome' },
  );

/** Does the row's work once, lets the fault strike, waits for the outcome, and judges it. */
export async function runRow(system: CrashSystem, row: Row, name: string): Promise<RowResult> {
  await system.allReady();
  const work = await row.workload(system, name);
  const armed = row.inject(system, work);
  let struckAt: number | null = null;
  let finalAt: number | null = null;
  void armed.struck.then((at) => (struckAt = at));
  const allFinal = (): Promise<unknown> => untilFinal(system, work.expects);
  try {
    const finished = work
      .go()
      .then(allFinal)
      .then(() => (finalAt = Date.now()));
    await Promise.race([finished.catch(() => {}), delay(deadlineMs, undefined, { ref: false })]);
    if (struckAt !== null) await armed.over;
    await delay(quietMs);
  } finally {
    armed.remove();
  }
  // What struck at the very end, or wakes up after it, may undo the outcome: it has to be there again.
  await system.allReady();
  await allFinal().catch(() => {});
  // The runs of earlier rows may still be on their way back; they are looked at in the end.
  const verdict = await judge(system, work.expects, work.live, { foreignToo: !row.losesRecords });
  const recoveryMs = struckAt === null || finalAt === null ? null : Math.max(0, finalAt - struckAt);
  return { row, runs: work.expects.length, struckAt, recoveryMs, verdict, work };
}
