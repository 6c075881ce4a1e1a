import type { TurnedDown } from '../../core/deployment/delivery-state.ts';
import { eq } from './drizzle.ts';
import type { Db } from './open.ts';
import { trainingRuns } from './schema.ts';

/** Records why only a person deploys the training again; null once it is live all the same. Belongs into a transaction. */
export function turnDownRun(db: Db, runSeq: number, turnedDown: TurnedDown | null): void {
  db.update(trainingRuns)
    .set({ turnedDown, tagsDue: turnedDown !== null })
    .where(eq(trainingRuns.seq, runSeq))
    .run();
}
