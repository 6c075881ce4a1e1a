import { drive } from '../load.ts';
import { shown, shownSpread, spreadOf } from '../statistics.ts';

const roundSeconds = 1;
const warmUpCalls = 1000;

/** The columns of `inTurns`. */
export const partColumns = ['A part of a bootstrap', 'Bare /s', 'Ours /s', 'Ours/bare', 'Bare, processor ms', 'Ours'];

/** Measures bare and ours in turns, in this process, and answers with a row: rates, and this process's processor time a call. */
export async function inTurns(
  what: string,
  { bare, ours }: { bare: () => Promise<void>; ours: () => Promise<void> },
  { atOnce, rounds }: { atOnce: number; rounds: number },
): Promise<string[]> {
  const found = { bare: [] as Turn[], ours: [] as Turn[] };
  for (const call of [bare, ours]) await drive(call, atOnce, { calls: warmUpCalls });
  for (let turn = 0; turn < rounds; turn += 1) {
    found.bare.push(await take(bare, atOnce));
    found.ours.push(await take(ours, atOnce));
  }
  const rates = (turns: readonly Turn[]): number[] => turns.map(({ perSecond }) => perSecond);
  const ratios = found.ours.map(({ perSecond }, index) => perSecond / (found.bare[index]?.perSecond ?? Number.NaN));
  const cpu = (turns: readonly Turn[]): string => shown(spreadOf(turns.map(({ cpuMs }) => cpuMs)).median);
  return [
    what,
    ...[rates(found.bare), rates(found.ours), ratios].map((values) => shownSpread(spreadOf(values))),
    cpu(found.bare),
    cpu(found.ours),
  ];
}

interface Turn {
  perSecond: number;
  cpuMs: number;
}

async function take(call: () => Promise<void>, atOnce: number): Promise<Turn> {
  const before = process.cpuUsage();
  const { calls, perSecond } = await drive(call, atOnce, { seconds: roundSeconds });
  const { user, system } = process.cpuUsage(before);
  return { perSecond, cpuMs: (user + system) / 1000 / calls };
}
