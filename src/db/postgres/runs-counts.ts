import type { RunCount, RunStore } from '../../ports/store.ts';
import { countedWith, otherConditions, type TextFunctions } from '../runs-lists.ts';
import { runOutcomesTally, toRunCounts } from '../tallies.ts';
import type { Database } from './database.ts';
import { sql } from './drizzle.ts';
import { countsOf } from './tallies.ts';

export const texts: TextFunctions = {
  lower: (column) => sql`lower(${column} collate "C")`,
  contains: (column, part) => sql`strpos(${column}, ${part}) > 0`,
};

export const runCounts = (database: Database): Pick<RunStore, 'count'> => ({
  count: (filter) =>
    database.read(async (db) => {
      if (otherConditions(filter, texts).length === 0) return toRunCounts(await countsOf(db, runOutcomesTally));
      const { rows } = await db.execute<{
        status: RunCount['status'];
        deployment_status: RunCount['deploymentStatus'];
        count: string;
      }>(countedWith(filter, texts));
      return rows.map(({ status, deployment_status: deploymentStatus, count }) => ({
        status,
        deploymentStatus,
        count: Number(count),
      }));
    }),
});
