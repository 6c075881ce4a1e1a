/** All of it but the store belongs into the transaction of the request's change. */
import type { RequestKey, RequestKeyStore, UsedKey } from '../../ports/store.ts';
import type { Database, Db } from './database.ts';
import { findDeployment } from './deployment-rows.ts';
import { eq } from './drizzle.ts';
import { lockRequestKey } from './lock-keys.ts';
import { requestKeys } from './schema-delivery.ts';

async function find(db: Db, key: string) {
  const [found] = await db.select().from(requestKeys).where(eq(requestKeys.key, key));
  return found;
}

/** What the request comes to where its key was used before; null where it was not, and is not while the transaction lasts. */
export async function usedKey(tx: Db, requestKey: RequestKey | null | undefined): Promise<UsedKey | null> {
  if (!requestKey) return null;
  await tx.execute(lockRequestKey(requestKey.key));
  const used = await find(tx, requestKey.key);
  if (used === undefined) return null;
  const deployment = used.deploymentId === null ? null : await findDeployment(tx, used.deploymentId);
  return used.digest === requestKey.digest && deployment !== null ? { kind: 'repeated', deployment } : { kind: 'key_taken' };
}

export async function useKey(
  tx: Db,
  requestKey: RequestKey | null | undefined,
  of: { runSeq: number; deploymentId: string | null },
  now: number,
): Promise<void> {
  if (!requestKey) return;
  const { runSeq, deploymentId } = of;
  await tx
    .insert(requestKeys)
    .values({ ...requestKey, runSeq, deploymentId, createdAt: now })
    .onConflictDoNothing();
}

export const requestKeyStore = (database: Database): RequestKeyStore => ({
  findDigest: (key) => database.read(async (db) => (await find(db, key))?.digest ?? null),
});
