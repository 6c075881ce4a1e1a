import { drive } from '../load.ts';
import { shown, shownSpread, spreadOf } from '../statistics.ts';

const roundSeconds = 1;
const warmUpCalls = 1000;

/** The columns of `inRounds`. */
export const partColumns = [
  'A part of a bootstrap',
  'Direct /s',
  'Service /s',
  'Service/direct',
  'Direct, processor ms',
  'Service',
];

/** Measures direct calls and the service's in alternate rounds, in this process. @returns a row: rates, and processor time a call. */
export async function inRounds(
  what: string,
  { direct, service }: { direct: () => Promise<void>; service: () => Promise<void> },
  { atOnce, rounds }: { atOnce: number; rounds: number },
): Promise<string[]> {
  const found = { direct: [] as Round[], service: [] as Round[] };
  for (const call of [direct, service]) await drive(call, atOnce, { calls: warmUpCalls });
  for (let round = 0; round < rounds; round += 1) {
    found.direct.push(await take(direct, atOnce));
    found.service.push(await take(service, atOnce));
  }
  const rates = (taken: readonly Round[]): number[] => taken.map(({ perSecond }) => perSecond);
  const ratios = found.service.map(({ perSecond }, index) => perSecond / (found.direct[index]?.perSecond ?? Number.NaN));
  const cpu = (taken: readonly Round[]): string => shown(spreadOf(taken.map(({ cpuMs }) => cpuMs)).median);
  return [
    what,
    ...[rates(found.direct), rates(found.service), ratios].map((values) => shownSpread(spreadOf(values))),
    cpu(found.direct),
    cpu(found.service),
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
