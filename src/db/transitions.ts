import type { SQL } from 'drizzle-orm';
import { type Transitions, statusesBefore, transitionPairs } from '../core/transitions.ts';
import { inArray, sql } from './drizzle.ts';

type StatusColumn = Parameters<typeof inArray>[0];

/** Values of our own as a list in SQL. */
export const quoted = (values: readonly string[]): SQL => sql.raw(values.map((value) => `'${value}'`).join(', '));

/** Whether the status `from` may become `to`, which is known when the statement runs. */
export const isTransition = <Status extends string>(transitions: Transitions<Status>, from: SQL, to: SQL): SQL =>
  sql`(${from}, ${to}) in (values ${sql.raw(
    transitionPairs(transitions)
      .map(([before, after]) => `('${before}', '${after}')`)
      .join(', '),
  )})`;

/** Whether the status in the column may become `to`. */
export const mayBecome = <Status extends string>(column: StatusColumn, transitions: Transitions<Status>, to: Status): SQL =>
  inArray(column, statusesBefore(transitions, to));
