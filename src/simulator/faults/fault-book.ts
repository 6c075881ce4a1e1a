import type { Operation } from '../operations.ts';
import type { State } from '../state/state.ts';
import type { FaultKind, FaultOf, FaultSpec, StoredFault } from './fault.ts';
import { faultSchema } from './fault.ts';

/** The call that a fault may strike; the name is the resource's, where the call names one. */
export interface Target {
  operation: Operation;
  name: string | null;
}

/** The faults that were ordered. They live in the state, so that what is left of them survives a restart. */
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

  /** @throws {ZodError} for what is no fault. */
  add(spec: FaultSpec): StoredFault {
    const parsed = faultSchema.parse(spec);
    const fault: StoredFault = { ...parsed, id: parsed.id ?? this.#freeId(), struck: 0, passed: 0 };
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
   * The faults of these kinds that strike the call, in the order in which they were ordered. Each is counted as having struck
   * when it is drawn, so that a caller who stops early leaves the rest unused. `applies` sees a fault before it is counted.
   */
  *strikes<K extends FaultKind>(
    target: Target,
    kinds: readonly K[],
    applies: (fault: FaultOf<K>) => boolean = () => true,
  ): Iterable<FaultOf<K>> {
    if (this.#state.faults.size === 0) return;
    for (const fault of this.list()) {
      if (isOf(fault, kinds) && matches(fault, target) && applies(fault) && this.#draw(fault)) yield fault;
    }
  }

  strike<K extends FaultKind>(target: Target, kind: K, applies?: (fault: FaultOf<K>) => boolean): FaultOf<K> | null {
    for (const fault of this.strikes(target, [kind], applies)) return fault;
    return null;
  }

  #draw(fault: StoredFault): boolean {
    if (fault.times !== 'forever' && fault.struck >= fault.times) return false;
    if (fault.probability < 1 && this.#random() >= fault.probability) return false;
    const passes = fault.passed < fault.skip;
    const counted = passes ? { ...fault, passed: fault.passed + 1 } : { ...fault, struck: fault.struck + 1 };
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

const isOf = <K extends FaultKind>(fault: StoredFault, kinds: readonly K[]): fault is FaultOf<K> =>
  (kinds as readonly FaultKind[]).includes(fault.kind);

function matches({ match }: StoredFault, { operation, name }: Target): boolean {
  if (match.operation !== undefined && ![match.operation].flat().includes(operation)) return false;
  return match.nameContains === undefined || (name?.includes(match.nameContains) ?? false);
}
