import type { Deployment } from '../../core/deployment/deployment.ts';
import type { EndpointRecord } from '../../core/deployment/endpoint-record.ts';
import type { EndpointStore } from '../../ports/store.ts';
import { endpointKeyOf, formerContents } from '../deployment-values.ts';
import type { Database, Db } from './database.ts';
import { deploymentColumns, isOnEndpoint, liveOn, nextOn } from './deployment-rows.ts';
import { and, asc, eq, getTableColumns, isNotNull, sql } from './drizzle.ts';
import { appendEndpointHistory } from './history.ts';
import { lockEndpoint } from './lock-keys.ts';
import { endpoints } from './schema-delivery.ts';
import { deployments } from './schema.ts';

const { endpointKey: _, ...endpointColumns } = getTableColumns(endpoints);

type OfEndpoint = Pick<EndpointRecord, 'endpointName'>;

const isOf = ({ endpointName }: OfEndpoint) => eq(endpoints.endpointKey, endpointKeyOf(endpointName));

export async function findEndpoint(db: Db, endpoint: OfEndpoint): Promise<EndpointRecord | null> {
  const [record] = await db.select(endpointColumns).from(endpoints).where(isOf(endpoint));
  return record ?? null;
}

/** Writes what is given, over what is recorded of the endpoint. Belongs into a transaction that has the endpoint's lock. */
export async function writeEndpoint(
  tx: Db,
  { endpointName, ...fields }: Partial<EndpointRecord> & OfEndpoint,
): Promise<EndpointRecord> {
  const [record] = await tx
    .insert(endpoints)
    .values({ endpointKey: endpointKeyOf(endpointName), endpointName, ...fields })
    .onConflictDoUpdate({ target: endpoints.endpointKey, set: fields })
    .returning(endpointColumns);
  if (!record) throw new Error('The endpoint was not written.');
  return record;
}

/** What was live on the endpoint, the newest first; each content once, without what is live. */
export async function formersOn(db: Db, endpoint: OfEndpoint): Promise<Deployment[]> {
  const rows = await db
    .select(deploymentColumns)
    .from(deployments)
    .where(and(isOnEndpoint(endpoint), isNotNull(deployments.liveOrder)))
    .orderBy(sql`${deployments.liveOrder} desc`);
  return formerContents(rows, await liveOn(db, endpoint));
}

export const endpointStore = (database: Database): EndpointStore => ({
  find: (endpointName) => database.read((db) => findEndpoint(db, { endpointName })),

  hold: ({ endpointName, by, reason, now }) =>
    database.write(async (tx) => {
      await tx.execute(lockEndpoint(endpointKeyOf(endpointName)));
      const before = await findEndpoint(tx, { endpointName });
      const hold = { heldSince: before?.heldSince ?? now, heldBy: by, holdReason: reason };
      const record = await writeEndpoint(tx, { endpointName, ...hold, tagsDue: true });
      const from = before?.heldSince == null ? 'released' : 'held';
      await appendEndpointHistory(tx, endpointName, { from, to: 'held', actor: 'api', by, reason, detail: null }, now);
      return record;
    }),

  release: ({ endpointName, by, reason, now }) =>
    database.write(async (tx) => {
      await tx.execute(lockEndpoint(endpointKeyOf(endpointName)));
      const before = await findEndpoint(tx, { endpointName });
      if (before?.heldSince == null) return null;
      const record = await writeEndpoint(tx, { endpointName, heldSince: null, heldBy: null, holdReason: null, tagsDue: true });
      const change = { from: 'held', to: 'released', actor: 'api', by, reason, detail: null } as const;
      await appendEndpointHistory(tx, endpointName, change, now);
      return { record, next: await nextOn(tx, { endpointName }) };
    }),

  learn: (record) =>
    database.write(async (tx) => {
      await tx
        .insert(endpoints)
        .values({ ...record, endpointKey: endpointKeyOf(record.endpointName) })
        .onConflictDoNothing();
    }),

  listTagsDue: (limit) =>
    database.read((db) =>
      db
        .select(endpointColumns)
        .from(endpoints)
        .where(eq(endpoints.tagsDue, true))
        .orderBy(asc(endpoints.endpointKey))
        .limit(limit),
    ),

  recordTagged: (record) =>
    database.write(async (tx) => {
      const { heldSince, heldBy, holdReason, rolledBackAt } = record;
      const isSame = and(
        sql`${endpoints.heldSince} is not distinct from ${heldSince}::bigint`,
        sql`${endpoints.heldBy} is not distinct from ${heldBy}::text`,
        sql`${endpoints.holdReason} is not distinct from ${holdReason}::text`,
        sql`${endpoints.rolledBackAt} is not distinct from ${rolledBackAt}::bigint`,
      );
      await tx
        .update(endpoints)
        .set({ tagsDue: false })
        .where(and(isOf(record), isSame));
    }),

  listNames: () =>
    database.read(async (db) => {
      const { rows } = await db.execute<{ name: string }>(sql`select max(name) as name from (
          select endpoint_name as name, endpoint_key as key from endpoints
          union all select max(endpoint_name), endpoint_key from deployments group by endpoint_key
          union all select endpoint_name, lower(endpoint_name collate "C") from training_runs where status in ('requested', 'training')
        ) known group by key order by key collate "C"`);
      return rows.map(({ name }) => name);
    }),

  listFormer: async ({ endpointName, limit }) => {
    const formers = await database.read((db) => formersOn(db, { endpointName }));
    return formers.slice(0, limit);
  },
});
