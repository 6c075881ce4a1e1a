import type { AutoscalingStore } from '../../ports/store.ts';
import { endpointKeyOf } from '../deployment-values.ts';
import type { Database } from './database.ts';
import { eq } from './drizzle.ts';
import { autoscaling } from './schema-operations.ts';

export const autoscalingStore = (database: Database): AutoscalingStore => ({
  record: ({ endpointName, content, now }) =>
    database.write(async (tx) => {
      const row = { content, recordedAt: now };
      await tx
        .insert(autoscaling)
        .values({ endpointKey: endpointKeyOf(endpointName), ...row })
        .onConflictDoUpdate({ target: autoscaling.endpointKey, set: row });
    }),

  find: (endpointName) =>
    database.read(async (db) => {
      const [row] = await db
        .select({ content: autoscaling.content })
        .from(autoscaling)
        .where(eq(autoscaling.endpointKey, endpointKeyOf(endpointName)));
      return row?.content ?? null;
    }),

  forget: (endpointName) =>
    database.write(async (tx) => {
      await tx.delete(autoscaling).where(eq(autoscaling.endpointKey, endpointKeyOf(endpointName)));
    }),
});
