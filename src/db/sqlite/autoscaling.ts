import type { AutoscalingStore } from '../../ports/store.ts';
import { endpointKeyOf } from '../deployment-values.ts';
import type { Database } from './database.ts';
import { eq } from './drizzle.ts';
import { autoscaling } from './schema-operations.ts';

export const autoscalingStore = (database: Database): AutoscalingStore => ({
  record: ({ endpointName, content, now }) =>
    database.write((tx) => {
      const row = { content, recordedAt: now };
      tx.insert(autoscaling)
        .values({ endpointKey: endpointKeyOf(endpointName), ...row })
        .onConflictDoUpdate({ target: autoscaling.endpointKey, set: row })
        .run();
    }),

  find: (endpointName) =>
    database.read(
      (db) =>
        db
          .select({ content: autoscaling.content })
          .from(autoscaling)
          .where(eq(autoscaling.endpointKey, endpointKeyOf(endpointName)))
          .get()?.content ?? null,
    ),

  forget: (endpointName) =>
    database.write((tx) => {
      tx.delete(autoscaling)
        .where(eq(autoscaling.endpointKey, endpointKeyOf(endpointName)))
        .run();
    }),
});
