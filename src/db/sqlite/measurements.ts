import { deploymentStatuses } from '../../core/deployment/deployment.ts';
import { trainingRunStatuses } from '../../core/training/training-run.ts';
import type { MetricsStore } from '../../ports/store.ts';
import { countByStatus, toDetections, toHistograms } from '../histograms.ts';
import { finishedNames, toFinishedCounts } from '../finished-counts.ts';
import { summedRequests, toRequestHistograms } from '../request-counts.ts';
import { latencyTally, prunedTally, requestsTally } from '../tallies.ts';
import { liveSinceRows, toLiveSince, toWaitingCounts, waitingRows, type WaitingRow } from '../waiting.ts';
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

type Measured = Exclude<keyof MetricsStore, 'addCalls' | 'calls' | 'recentCalls'>;

const sizeOf = sql`select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`;

export const measurements = (database: Database): Pick<MetricsStore, Measured> => ({
  counts: () =>
    database.read((db) => ({
      runs: countByStatus(trainingRunStatuses, talliesOf(db, 'runs')),
      deployments: countByStatus(deploymentStatuses, talliesOf(db, 'deployments')),
    })),

  latencies: () =>
    database.read((db) =>
      (['queued', 'requested', 'in_service'] as const).flatMap((what) => toHistograms(what, talliesOf(db, latencyTally[what]))),
    ),

  detections: () => database.read((db) => toDetections(talliesOf(db, 'detections'))),

  finished: () => database.read((db) => toFinishedCounts(finishedNames.flatMap((name) => talliesOf(db, name)))),

  waiting: ({ now }) => database.read((db) => toWaitingCounts(db.all<WaitingRow>(waitingRows(now)))),

  liveSince: () => database.read((db) => toLiveSince(db.all<{ endpointKey: string; since: number | null }>(liveSinceRows))),

  databaseBytes: () => database.read((db) => db.get<{ bytes: number }>(sizeOf)?.bytes ?? null),

  addRequests: (requests) =>
    database.write((tx) => {
      for (const { label, bucket, count, sumMs } of summedRequests(requests)) {
        tx.insert(tallies)
          .values({ name: requestsTally, label, bucket, count, sumMs })
          .onConflictDoUpdate({
            target: [tallies.name, tallies.label, tallies.bucket],
            set: { count: sql`${tallies.count} + excluded.count`, sumMs: sql`${tallies.sumMs} + excluded.sum_ms` },
          })
          .run();
      }
    }),

  requests: () => database.read((db) => toRequestHistograms(talliesOf(db, requestsTally))),

  pruned: () => database.read((db) => talliesOf(db, prunedTally).reduce((sum, { count }) => sum + count, 0)),
});
