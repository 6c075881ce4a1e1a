import type { Operation } from '../operations.ts';
import type { State } from '../state/state.ts';
import type { FaultKind, FaultOf, FaultSpec, StoredFault } from './fault.ts';
import { faultSchema } from './fault.ts';

/** The call to match faults against; the name is the resource's, where the call names one. */
export interface Target {
  operation: Operation;
  name: string | null;
}

/** The faults to inject. They are part of the state, so that they survive a restart. */
export class FaultBook {
  readonly #state: State;
  readonly #random: () => number;

  constructor(state: State, random: () => number) {
    this.#state = state;
    this.#random = random;
  }

  list(): StoredFault[] {
    return [...this.#state.faults.values()];
  }

  /** @throws {ZodError} for an invalid fault. */
  add(spec: FaultSpec): StoredFault {
    const parsed = faultSchema.parse(spec);
    const fault: StoredFault = { ...parsed, id: parsed.id ?? this.#freeId(), injected: 0, skipped: 0 };
    this.#state.commit({ puts: [['faults', fault.id, fault]] });
    return fault;
  }

  /** @returns whether it was there. */
  remove(id: string): boolean {
    if (!this.#state.faults.has(id)) return false;
    this.#state.commit({ puts: [['faults', id, null]] });
    return true;
  }

  clear(): void {
    this.#state.commit({ puts: this.list().map(({ id }) => ['faults', id, null]) });
  }

  /**
   * The faults of these kinds to inject into the call, in the order in which they were added. Each is counted as injected when
   * the caller takes it, so that a caller who stops early leaves the rest unused. `applies` sees a fault before it is counted.
   */
  *injectAll<K extends FaultKind>(
    target: Target,
    kinds: readonly K[],
    applies: (fault: FaultOf<K>) => boolean = () => true,
  ): Iterable<FaultOf<K>> {
    if (this.#state.faults.size === 0) return;
    for (const { id } of this.list()) {
      // Read again: while the caller waited, as for a delay, the fault may have been removed, or injected into other calls.
      const fault = this.#state.faults.get(id);
      if (fault === undefined) continue;
      if (hasKind(fault, kinds) && matches(fault, target) && applies(fault) && this.#draw(fault)) yield fault;
    }
  }

  injectOne<K extends FaultKind>(target: Target, kind: K, applies?: (fault: FaultOf<K>) => boolean): FaultOf<K> | null {
    for (const fault of this.injectAll(target, [kind], applies)) return fault;
    return null;
  }

  #draw(fault: StoredFault): boolean {
    if (fault.times !== 'forever' && fault.injected >= fault.times) return false;
    if (fault.probability < 1 && this.#random() >= fault.probability) return false;
    const passes = fault.skipped < fault.skip;
    const counted = passes ? { ...fault, skipped: fault.skipped + 1 } : { ...fault, injected: fault.injected + 1 };
    // A fault that never ends is counted in memory only: its count decides nothing.
    if (passes || fault.times !== 'forever') this.#state.commit({ puts: [['faults', fault.id, counted]] });
    else this.#state.faults.set(fault.id, counted);
    return !passes;
  }

  #freeId(): string {
    let number = this.#state.faults.size + 1;
    while (this.#state.faults.has(`fault-${number}`)) number += 1;
    return `fault-${number}`;
  }
}

const hasKind = <K extends FaultKind>(fault: StoredFault, kinds: readonly K[]): fault is FaultOf<K> =>
  (kinds as readonly FaultKind[]).includes(fault.kind);

function matches({ match }: StoredFault, { operation, name }: Target): boolean {
  if (match.operation !== undefined && ![match.operation].flat().includes(operation)) return false;
  return match.nameContains === undefined || (name?.includes(match.nameContains) ?? false);
}
