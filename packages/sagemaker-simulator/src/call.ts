import type { FaultKind, FaultOf } from './faults/fault.ts';
import type { Operation } from './operations.ts';
import type { Settings } from './settings.ts';
import type { State } from './state/state.ts';

export type ResourceKind = 'training-job' | 'model' | 'endpoint-config' | 'endpoint';

/** The context of one call, for an action. */
export interface Call {
  operation: Operation;
  /** The resource that the call names. */
  name: string | null;
  now: number;
  state: State;
  settings: Settings;
  /** Those of the ARNs that the call makes. */
  region: string;
  accountId: string;
  arn: (kind: ResourceKind, name: string) => string;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Real time, and not that of `now`. */
  wait: (ms: number) => Promise<void>;
  /**
   * The first fault of this kind that matches the call, counted as injected; or null. An action asks right before its effect,
   * so that a rejected call uses up no fault.
   */
  inject: <K extends FaultKind>(kind: K, applies?: (fault: FaultOf<K>) => boolean) => FaultOf<K> | null;
}

/** The output, as JSON; null for an operation whose response body is empty. */
export type Output = object | null;

/** AWS JSON 1.1 writes instants as seconds since 1970 UTC, with a fraction. */
export const epochSeconds = (at: number): number => at / 1000;
