import type { Fault } from './faults.ts';
import type { Step } from './injection-points.ts';
import type { Workload } from './workloads.ts';

/** A row of the matrix: one fault at one step. */
export interface Row {
  fault: string;
  step: string;
  workload: Workload;
  inject: Fault;
  /** Whether it belongs to the short matrix of `npm test`. */
  short: boolean;
  /** Whether it loses the records of earlier rows on the same system: such rows share systems only with each other. */
  losesRecords: boolean;
  /** Whether it needs a system of many trainings at a longer interval, which the change feed watches. */
  isFed?: boolean;
  /** Its position in the table. */
  order: number;
}

export type UnorderedRow = Omit<Row, 'order' | 'losesRecords'>;

export const rowsOf = <Point>(
  fault: string,
  steps: readonly Step<Point>[],
  inject: (point: Point) => Fault,
  short: RegExp | null = null,
): UnorderedRow[] =>
  steps.map(({ title, workload, point }) => ({
    fault,
    step: title,
    workload,
    inject: inject(point),
    short: short?.test(title) ?? false,
  }));
