import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import type { CrashSystem } from './crash-system.ts';
import type { Row } from './rows.ts';
import { isFinal, judge, type Verdict } from './verdict.ts';
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

/** Does the row's work once, lets the fault strike, waits for the outcome, and judges it. */
export async function runRow(system: CrashSystem, row: Row, name: string): Promise<RowResult> {
  await system.allReady();
  const work = await row.workload(system, name);
  const armed = row.strike(system, work);
  let struckAt: number | null = null;
  let finalAt: number | null = null;
  void armed.struck.then((at) => (struckAt = at));
  try {
    const deadline = delay(deadlineMs, 'late', { ref: false });
    const finished = (async () => {
      await work.go();
      await eventually(
        async () =>
          (await Promise.all(work.expects.map(async (one) => isFinal(await system.client.run(one.name), one)))).every(Boolean),
        Boolean,
        { withinMs: deadlineMs, everyMs: 100, what: 'the outcome' },
      );
      finalAt = Date.now();
    })();
    await Promise.race([finished.catch(() => {}), deadline]);
    if (struckAt !== null) await armed.over;
    await delay(quietMs);
  } finally {
    armed.remove();
  }
  // A pause may outlast the outcome, and wake up to spoil it; a process that was killed at the end is back before it is judged.
  await system.allReady();
  const verdict = await judge(system, work.expects, work.live);
  const recoveryMs = struckAt === null || finalAt === null ? null : Math.max(0, finalAt - struckAt);
  return { row, runs: work.expects.length, struckAt, recoveryMs, verdict, work };
}
