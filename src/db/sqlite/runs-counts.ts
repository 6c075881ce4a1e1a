import type { RunCount, RunStore } from '../../ports/store.ts';
import { countedWith, type TextFunctions } from '../runs-lists.ts';
import type { Database } from './database.ts';
import { sql } from './drizzle.ts';

export const texts: TextFunctions = {
  lower: (column) => sql`lower(${column})`,
  contains: (column, part) => sql`instr(${column}, ${part}) > 0`,
};

export const runCounts = (database: Database): Pick<RunStore, 'count'> => ({
  count: (filter) =>
    database.read((db) =>
      db
        .all<{ status: RunCount['status']; deployment_status: RunCount['deploymentStatus']; count: number }>(
          countedWith(filter, texts),
        )
        .map(({ deployment_status: deploymentStatus, ...row }) => ({ ...row, deploymentStatus })),
    ),
});
