import type { RunCount, RunStore } from '../../ports/store.ts';
import { countedWith, type TextFunctions } from '../runs-lists.ts';
import type { Database } from './database.ts';
import { sql } from './drizzle.ts';

export const texts: TextFunctions = {
  lower: (column) => sql`lower(${column} collate "C")`,
  contains: (column, part) => sql`strpos(${column}, ${part}) > 0`,
};

export const runCounts = (database: Database): Pick<RunStore, 'count'> => ({
  count: (filter) =>
    database.read(async (db) => {
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
