import type { TurnedDown } from '../../core/deployment/delivery-state.ts';
import type { Db } from './database.ts';
import { eq } from './drizzle.ts';
import { trainingRuns } from './schema.ts';

/** Records why only a person deploys the training again; null once it is live all the same. Belongs into a transaction. */
export async function turnDownRun(tx: Db, runSeq: number, turnedDown: TurnedDown | null): Promise<void> {
  await tx
    .update(trainingRuns)
    .set({ turnedDown, tagsDue: turnedDown !== null })
    .where(eq(trainingRuns.seq, runSeq));
}
