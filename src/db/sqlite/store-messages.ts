import type { CallState } from './call.ts';
import type { SentError } from './error-transport.ts';

/** What the database's thread gets at its start. */
export interface ThreadData {
  path: string;
  waitMs: number;
  /** The thread sets it to 1 when it gets `are_you_responsive`. */
  responsive: Int32Array<SharedArrayBuffer>;
}

export type ToThread =
  | { kind: 'call'; id: number; method: string; args: unknown[]; state: CallState }
  | { kind: 'close' }
  | { kind: 'are_you_responsive' };

export type FromThread =
  /** Calls are taken from now on. */
  | { kind: 'ready'; methods: string[] }
  /** The first try to open the database is over. */
  | { kind: 'tried'; problem: SentError | null }
  /** A later one succeeded. */
  | { kind: 'opened' }
  | { kind: 'result'; id: number; value: unknown }
  | { kind: 'failure'; id: number; error: SentError }
  | { kind: 'replaced' }
  | { kind: 'readable_by_others'; files: string[]; mayStill: boolean }
  | { kind: 'closed' };
