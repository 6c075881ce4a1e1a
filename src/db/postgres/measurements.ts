import { deploymentStatuses } from '../../core/deployment/deployment.ts';
import { trainingRunStatuses } from '../../core/training/training-run.ts';
import type { MetricsStore } from '../../ports/store.ts';
import { countByStatus, toDetections, toHistograms } from '../histograms.ts';
import { finishedNames, toFinishedCounts } from '../finished-counts.ts';
import { summedRequests, toRequestHistograms } from '../request-counts.ts';
import { latencyTally, prunedTally, requestsTally } from '../tallies.ts';
import { liveSinceRows, toLiveSince, toWaitingCounts, waitingRows, type WaitingRow } from '../waiting.ts';
import type { Database } from './database.ts';
import { sql } from './drizzle.ts';
import { tallyChanges } from './schema-operations.ts';
import { countsOf } from './tallies.ts';

type Measured = Exclude<keyof MetricsStore, 'addCalls' | 'calls' | 'recentCalls'>;

const instants = ['queued', 'requested', 'in_service'] as const;

export const measurements = (database: Database): Pick<MetricsStore, Measured> => ({
  async counts() {
    const found = await database.read((db) => countsOf(db, 'runs', 'deployments'));
    const named = (wanted: string) => found.filter(({ name }) => name === wanted);
    return {
      runs: countByStatus(trainingRunStatuses, named('runs')),
      deployments: countByStatus(deploymentStatuses, named('deployments')),
    };
  },

  async latencies() {
    const found = await database.read((db) => countsOf(db, ...instants.map((what) => latencyTally[what])));
    return instants.flatMap((what) =>
      toHistograms(
        what,
        found.filter(({ name }) => name === latencyTally[what]),
      ),
    );
  },

  async pruned() {
    const found = await database.read((db) => countsOf(db, prunedTally));
    return found.reduce((sum, { count }) => sum + count, 0);
  },

  finished: async () => toFinishedCounts(await database.read((db) => countsOf(db, ...finishedNames))),

  waiting: ({ now }) =>
    database.read(async (db) => toWaitingCounts((await db.execute<WaitingRow & Record<string, unknown>>(waitingRows(now))).rows)),

  liveSince: () =>
    database.read(async (db) =>
      toLiveSince((await db.execute<{ endpointKey: string; since: string | null }>(liveSinceRows)).rows),
    ),

  databaseBytes: () =>
    database.read(async (db) => {
      const { rows } = await db.execute<{ bytes: string }>(sql`select pg_database_size(current_database()) as bytes`);
      return rows[0] === undefined ? null : Number(rows[0].bytes);
    }),

  addRequests: async (requests) => {
    const rows = summedRequests(requests).map(({ label, bucket, count, sumMs }) => ({
      name: requestsTally,
      label,
      bucket,
      count,
      sumMs,
    }));
    if (rows.length === 0) return;
    await database.write(async (tx) => {
      await tx.insert(tallyChanges).values(rows);
    });
  },

  requests: async () => toRequestHistograms(await database.read((db) => countsOf(db, requestsTally))),

  detections: async () => toDetections(await database.read((db) => countsOf(db, 'detections'))),
});
