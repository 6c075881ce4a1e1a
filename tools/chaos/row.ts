import type { Fault } from './faults.ts';
import type { Step } from './injection-points.ts';
import type { Workload } from './workloads.ts';

/** A row of the matrix: one fault at one step. */
export interface Row {
  fault: string;
  step: string;
  workload: Workload;
  inject: Fault;
  /** In the short cut. */
  short: boolean;
  /** Whether it takes the records of what ran before on the same system: such rows share systems only with each other. */
  losesRecords: boolean;
  /** Its place in the table. */
  order: number;
}

export type Unplaced = Omit<Row, 'order' | 'losesRecords'>;

export const rowsOf = <Where>(
  fault: string,
  steps: readonly Step<Where>[],
  inject: (place: Where) => Fault,
  short: RegExp | null = null,
): Unplaced[] =>
  steps.map(({ title, workload, place }) => ({
    fault,
    step: title,
    workload,
    inject: inject(place),
    short: short?.test(title) ?? false,
  }));
