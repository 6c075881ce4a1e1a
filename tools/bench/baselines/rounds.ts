import { drive } from '../load.ts';
import { shown, shownSpread, spreadOf } from '../statistics.ts';

const roundSeconds = 1;
const warmUpCalls = 1000;

/** The columns of `inRounds`. */
export const partColumns = ['A part of a bootstrap', 'Bare /s', 'Ours /s', 'Ours/bare', 'Bare, processor ms', 'Ours'];

/** Measures bare and ours in turns, in this process, and answers with a row: rates, and this process's processor time a call. */
export async function inRounds(
  what: string,
  { direct, ours }: { direct: () => Promise<void>; ours: () => Promise<void> },
  { atOnce, rounds }: { atOnce: number; rounds: number },
): Promise<string[]> {
  const found = { direct: [] as Round[], ours: [] as Round[] };
  for (const call of [direct, ours]) await drive(call, atOnce, { calls: warmUpCalls });
  for (let round = 0; round < rounds; round += 1) {
    found.direct.push(await take(direct, atOnce));
    found.ours.push(await take(ours, atOnce));
  }
  const rates = (taken: readonly Round[]): number[] => taken.map(({ perSecond }) => perSecond);
  const ratios = found.ours.map(({ perSecond }, index) => perSecond / (found.direct[index]?.perSecond ?? Number.NaN));
  const cpu = (taken: readonly Round[]): string => shown(spreadOf(taken.map(({ cpuMs }) => cpuMs)).median);
  return [
    what,
    ...[rates(found.direct), rates(found.ours), ratios].map((values) => shownSpread(spreadOf(values))),
    cpu(found.direct),
    cpu(found.ours),
  ];
}

interface Round {
  perSecond: number;
  cpuMs: number;
}

async function take(call: () => Promise<void>, atOnce: number): Promise<Round> {
  const before = process.cpuUsage();
  const { calls, perSecond } = await drive(call, atOnce, { seconds: roundSeconds });
  const { user, system } = process.cpuUsage(before);
  return { perSecond, cpuMs: (user + system) / 1000 / calls };
}
