/** All of it but the store belongs into the transaction of the request's change. */
import type { RequestKey, RequestKeyStore, UsedKey } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { findDeployment } from './deployments-queries.ts';
import { eq } from './drizzle.ts';
import type { Db } from './open.ts';
import { requestKeys } from './schema-delivery.ts';

const find = (db: Db, key: string) => db.select().from(requestKeys).where(eq(requestKeys.key, key)).get();

/** What the request comes to where its key was used before; null where it was not. */
export function usedKey(db: Db, requestKey: RequestKey | null | undefined): UsedKey | null {
  const used = requestKey && find(db, requestKey.key);
  if (!used) return null;
  const deployment = used.deploymentId === null ? null : findDeployment(db, used.deploymentId);
  return used.digest === requestKey?.digest && deployment !== null ? { kind: 'repeated', deployment } : { kind: 'key_taken' };
}

export function useKey(
  db: Db,
  requestKey: RequestKey | null | undefined,
  of: { runSeq: number; deploymentId: string | null },
  now: number,
): void {
  if (!requestKey) return;
  const { runSeq, deploymentId } = of;
  db.insert(requestKeys)
    .values({ ...requestKey, runSeq, deploymentId, createdAt: now })
    .onConflictDoNothing()
    .run();
}

export const requestKeyStore = (database: Database): RequestKeyStore => ({
  findDigest: (key) => database.read((db) => find(db, key)?.digest ?? null),
});
