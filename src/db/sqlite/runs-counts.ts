import type { RunCount, RunStore } from '../../ports/store.ts';
import { countedWith, otherConditions, type TextFunctions } from '../runs-lists.ts';
import { runOutcomesTally, toRunCounts } from '../tallies.ts';
import type { Database } from './database.ts';
import { eq, sql } from './drizzle.ts';
import { tallies } from './schema-operations.ts';

export const texts: TextFunctions = {
  lower: (column) => sql`lower(${column})`,
  contains: (column, part) => sql`instr(${column}, ${part}) > 0`,
};

export const runCounts = (database: Database): Pick<RunStore, 'count'> => ({
  count: (filter) =>
    database.read((db) => {
      if (otherConditions(filter, texts).length === 0) {
        return toRunCounts(db.select().from(tallies).where(eq(tallies.name, runOutcomesTally)).all());
      }
      return db
        .all<{ status: RunCount['status']; deployment_status: RunCount['deploymentStatus']; count: number }>(
          countedWith(filter, texts),
        )
        .map(({ deployment_status: deploymentStatus, ...row }) => ({ ...row, deploymentStatus }));
    }),
});
