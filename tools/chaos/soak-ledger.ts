import type { CrashSystem } from './system.ts';

/** What the service promised to clients; the invariants compare it with the outcome. */
export interface Ledger {
  /** Runs for which the service returned 202 or 200, in that order, and their requests. */
  accepted: Map<string, { key: string; endpoint: string; autoDeploy: boolean }>;
  stopped: Set<string>;
  forced: Set<string>;
  /** When a rollback of an endpoint was last requested, in milliseconds since 1970 UTC. */
  rolledBackAt: Map<string, number>;
  requests: number;
  /** Responses that no client should get. */
  surprises: string[];
}

export const newLedger = (): Ledger => ({
  accepted: new Map(),
  stopped: new Set(),
  forced: new Set(),
  rolledBackAt: new Map(),
  requests: 0,
  surprises: [],
});

export const injectedReason = 'injected by the soak';

export interface LoadContext {
  system: CrashSystem;
  ledger: Ledger;
  random: () => number;
}

export const pick = <T>(items: readonly T[], random: () => number): T | undefined => items[Math.floor(random() * items.length)];
