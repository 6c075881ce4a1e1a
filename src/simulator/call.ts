import type { FaultKind, FaultOf } from './faults/fault.ts';
import type { Operation } from './operations.ts';
import type { Settings } from './settings.ts';
import type { State } from './state/state.ts';

export type ResourceKind = 'training-job' | 'model' | 'endpoint-config' | 'endpoint';

/** What an operation gets besides its input. */
export interface Call {
  operation: Operation;
  /** The resource that the call names. */
  name: string | null;
  now: number;
  state: State;
  settings: Settings;
  arn: (kind: ResourceKind, name: string) => string;
  /**
   * The first ordered fault of this kind for this call; it counts as having struck. An operation asks when it is about to have
   * its effect, so that a refused call uses nothing up.
   */
  strike: <K extends FaultKind>(kind: K, applies?: (fault: FaultOf<K>) => boolean) => FaultOf<K> | null;
}

/** The output, as JSON; null for an operation that answers with an empty body. */
export type Output = object | null;

/** AWS JSON 1.1 writes instants as seconds since 1970 UTC, with a fraction. */
export const epochSeconds = (at: number): number => at / 1000;
