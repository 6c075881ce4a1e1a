import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ManagedProcess } from './managed-process.ts';

/**
 * The process whose TCP connection has this port at its own end; null where none of them has. Needs Linux: /proc/net/tcp shows the socket of
 * each connection, and /proc/PID/fd those of a process.
 */
export function processOfPort(port: number, processes: readonly ManagedProcess[]): ManagedProcess | null {
  const own = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local]) => local?.endsWith(own))
      .map((columns) => `socket:[${columns[9]}]`),
  );
  return processes.find(({ pid }) => pid !== null && linksOf(pid).some((link) => sockets.includes(link))) ?? null;
}

function linksOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  const orNone = <T>(read: () => T, none: T): T => {
    try {
      return read();
    } catch {
      // It was closed, or the process ended, meanwhile.
      return none;
    }
  };
  return orNone(() => readdirSync(folder), []).map((fd) => orNone(() => readlinkSync(`${folder}/${fd}`), ''));
}
