import { readFileSync } from 'node:fs';

/** Linux reports processor time in hundredths of a second (USER_HZ). */
const tickMs = 10;
const pageKb = 4;

export interface ProcessUse {
  /** Processor time of all threads since the process started. */
  cpuMs: number;
  residentMb: number;
}

/** What a process has used so far. @throws where there is no /proc, and when the process has ended. */
export function processUse(pid: number): ProcessUse {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name comes in brackets before the rest and may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return { cpuMs: ticks * tickMs, residentMb: (pages * pageKb) / 1024 };
}

/** The processor time of the processes during the work, in milliseconds. */
export async function cpuWhile<Name extends string, T>(
  pids: Readonly<Record<Name, number>>,
  work: () => Promise<T>,
): Promise<{ result: T; cpuMs: Record<Name, number> }> {
  const names = Object.keys(pids) as Name[];
  const before = names.map((name) => processUse(pids[name]).cpuMs);
  const result = await work();
  const used = names.map((name, index) => [name, processUse(pids[name]).cpuMs - (before[index] ?? 0)] as const);
  return { result, cpuMs: Object.fromEntries(used) as Record<Name, number> };
}
