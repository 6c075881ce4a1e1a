import { deploymentStatuses } from '../../core/deployment/deployment.ts';
import { trainingRunStatuses } from '../../core/training/training-run.ts';
import type { MetricsStore } from '../../ports/store.ts';
import { countByStatus, toDetections, toHistograms } from '../histograms.ts';
import { prunedTally } from '../tallies.ts';
import { type Database, prepared } from './database.ts';
import { asc, eq, sql } from './drizzle.ts';
import type { Db } from './open.ts';
import { tallies } from './schema-operations.ts';

const statements = prepared((db) => ({
  tallies: db
    .select()
    .from(tallies)
    .where(eq(tallies.name, sql.placeholder('name')))
    .orderBy(asc(tallies.label), asc(tallies.bucket))
    .prepare(),
}));

const talliesOf = (db: Db, name: string) => statements(db).tallies.all({ name });

type Measured = 'counts' | 'latencies' | 'detections' | 'pruned';

export const measurements = (database: Database): Pick<MetricsStore, Measured> => ({
  counts: () =>
    database.read((db) => ({
      runs: countByStatus(trainingRunStatuses, talliesOf(db, 'runs')),
      deployments: countByStatus(deploymentStatuses, talliesOf(db, 'deployments')),
    })),

  latencies: () =>
    database.read((db) =>
      (['queued', 'requested', 'in_service'] as const).flatMap((what) => toHistograms(what, talliesOf(db, what))),
    ),

  detections: () => database.read((db) => toDetections(talliesOf(db, 'detections'))),

  pruned: () => database.read((db) => talliesOf(db, prunedTally).reduce((sum, { count }) => sum + count, 0)),
});
