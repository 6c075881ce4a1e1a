/** Reads of runs, for queries and within transactions. */
import type { SQL } from 'drizzle-orm';
import type { RunView } from '../../ports/store.ts';
import type { Db } from './database.ts';
import { and, asc, eq, sql } from './drizzle.ts';
import { trainingRuns } from './schema.ts';

export const isNamed = (trainingJobName: string): SQL => eq(trainingRuns.trainingJobName, trainingJobName);

/** SageMaker tells training jobs apart without regard to case. Names are ASCII. */
export const isNamedInAnyCase = (trainingJobName: string): SQL =>
  sql`lower(${trainingRuns.trainingJobName} collate "C") = ${trainingJobName.toLowerCase()}`;

/** The one that is written so, where there are several. */
export const writtenSoFirst = (trainingJobName: string): SQL[] => [
  sql`${trainingRuns.trainingJobName} <> ${trainingJobName}`,
  asc(trainingRuns.seq),
];

export async function runInAnyCase(db: Db, trainingJobName: string): Promise<RunView | undefined> {
  const [run] = await db
    .select()
    .from(trainingRuns)
    .where(isNamedInAnyCase(trainingJobName))
    .orderBy(...writtenSoFirst(trainingJobName))
    .limit(1);
  return run;
}

export async function runWhere(db: Db, ...conditions: (SQL | undefined)[]): Promise<RunView | undefined> {
  const [run] = await db
    .select()
    .from(trainingRuns)
    .where(and(...conditions));
  return run;
}

/** The run, locked: no other transaction changes it before this one ends. */
export async function lockRun(tx: Db, ...conditions: (SQL | undefined)[]): Promise<RunView | undefined> {
  const [run] = await tx
    .select()
    .from(trainingRuns)
    .where(and(...conditions))
    .for('no key update');
  return run;
}
