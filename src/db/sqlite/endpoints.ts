import type { EndpointRecord } from '../../core/deployment/endpoint-record.ts';
import type { EndpointStore } from '../../ports/store.ts';
import { endpointKeyOf, formerContents } from '../deployment-values.ts';
import type { Database } from './database.ts';
import { deploymentColumns, liveOn, nextOn } from './deployments-queries.ts';
import { and, asc, desc, eq, getTableColumns, isNotNull, sql } from './drizzle.ts';
import { appendEndpointHistory } from './history.ts';
import type { Db } from './open.ts';
import { endpoints } from './schema-delivery.ts';
import { deployments } from './schema.ts';

const { endpointKey: _, ...endpointColumns } = getTableColumns(endpoints);

type OfEndpoint = Pick<EndpointRecord, 'endpointName'>;

const isOf = ({ endpointName }: OfEndpoint) => eq(endpoints.endpointKey, endpointKeyOf(endpointName));

export const findEndpoint = (db: Db, endpoint: OfEndpoint): EndpointRecord | null =>
  db.select(endpointColumns).from(endpoints).where(isOf(endpoint)).get() ?? null;

/** Writes what is given, over what is recorded of the endpoint. Belongs into a transaction. */
export function writeEndpoint(db: Db, { endpointName, ...fields }: Partial<EndpointRecord> & OfEndpoint): EndpointRecord {
  return db
    .insert(endpoints)
    .values({ endpointKey: endpointKeyOf(endpointName), endpointName, ...fields })
    .onConflictDoUpdate({ target: endpoints.endpointKey, set: fields })
    .returning(endpointColumns)
    .get();
}

/** What was live on the endpoint, the newest first; each content once, without what is live. */
export function formersOn(db: Db, endpoint: OfEndpoint) {
  const rows = db
    .select(deploymentColumns)
    .from(deployments)
    .where(and(eq(deployments.endpointKey, endpointKeyOf(endpoint.endpointName)), isNotNull(deployments.liveOrder)))
    .orderBy(desc(deployments.liveOrder))
    .all();
  return formerContents(rows, liveOn(db, endpoint));
}

export const endpointStore = (database: Database): EndpointStore => ({
  find: (endpointName) => database.read((db) => findEndpoint(db, { endpointName })),

  hold: ({ endpointName, by, reason, now }) =>
    database.write((_tx, db) => {
      const before = findEndpoint(db, { endpointName });
      const hold = { heldSince: before?.heldSince ?? now, heldBy: by, holdReason: reason };
      const record = writeEndpoint(db, { endpointName, ...hold, tagsDue: true });
      const from = before?.heldSince == null ? 'released' : 'held';
      appendEndpointHistory(db, endpointName, { from, to: 'held', actor: 'api', by, reason, detail: null }, now);
      return record;
    }),

  release: ({ endpointName, by, reason, now }) =>
    database.write((_tx, db) => {
      const before = findEndpoint(db, { endpointName });
      if (before?.heldSince == null) return null;
      const record = writeEndpoint(db, { endpointName, heldSince: null, heldBy: null, holdReason: null, tagsDue: true });
      appendEndpointHistory(db, endpointName, { from: 'held', to: 'released', actor: 'api', by, reason, detail: null }, now);
      return { record, next: nextOn(db, { endpointName }) };
    }),

  learn: (record) =>
    database.write((tx) => {
      tx.insert(endpoints)
        .values({ ...record, endpointKey: endpointKeyOf(record.endpointName) })
        .onConflictDoNothing()
        .run();
    }),

  listTagsDue: (limit) =>
    database.read((db) =>
      db
        .select(endpointColumns)
        .from(endpoints)
        .where(eq(endpoints.tagsDue, true))
        .orderBy(asc(endpoints.endpointKey))
        .limit(limit)
        .all(),
    ),

  recordTagged: (record) =>
    database.write((tx) => {
      const { heldSince, heldBy, holdReason, rolledBackAt } = record;
      const isSame = sql`(${endpoints.heldSince}, ${endpoints.heldBy}, ${endpoints.holdReason}, ${endpoints.rolledBackAt})
        is (${heldSince}, ${heldBy}, ${holdReason}, ${rolledBackAt})`;
      tx.update(endpoints)
        .set({ tagsDue: false })
        .where(and(isOf(record), isSame))
        .run();
    }),

  listNames: () =>
    database.read((db) =>
      db
        .all<{ name: string }>(sql`select max(name) as name from (
          select endpoint_name as name, endpoint_key as key from endpoints
          union all select max(endpoint_name), endpoint_key from deployments group by endpoint_key
          union all select endpoint_name, lower(endpoint_name) from training_runs where status in ('requested', 'training')
        ) group by key order by key`)
        .map(({ name }) => name),
    ),

  listFormer: async ({ endpointName, limit }) => {
    const formers = await database.read((db) => formersOn(db, { endpointName }));
    return formers.slice(0, limit);
  },
});
