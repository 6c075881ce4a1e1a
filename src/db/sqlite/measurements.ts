import { latencyBucketsMs } from '../../core/latency-buckets.ts';
import { deploymentStatuses } from '../../core/deployment/deployment.ts';
import type { Actor } from '../../core/history.ts';
import { trainingRunStatuses } from '../../core/training/training-run.ts';
import type { LatencyHistogram, MetricsStore } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { unknownDetector } from './derived.ts';
import { asc, eq } from './drizzle.ts';
import type { Db } from './open.ts';
import { tallies } from './schema-operations.ts';

type Tally = typeof tallies.$inferSelect;

const talliesOf = (db: Db, name: string): Tally[] =>
  db.select().from(tallies).where(eq(tallies.name, name)).orderBy(asc(tallies.label), asc(tallies.bucket)).all();

/** Every status with its count, those that no row has included. */
const byStatus = <Status extends string>(db: Db, name: string, statuses: readonly Status[]): Record<Status, number> => {
  const zeros = Object.fromEntries(statuses.map((status) => [status, 0])) as Record<Status, number>;
  return { ...zeros, ...Object.fromEntries(talliesOf(db, name).map(({ label, count }) => [label, count])) };
};

/** How long it took from a training's end until then, over all deployments that came so far, by who detected the end. */
function histograms(db: Db, reached: LatencyHistogram['reached']): LatencyHistogram[] {
  const byDetector = Map.groupBy(talliesOf(db, reached), ({ label }) => label);
  return [...byDetector].flatMap(([label, found]) => {
    const sum = (of: (tally: Tally) => number): number => found.reduce((total, tally) => total + of(tally), 0);
    const count = sum((tally) => tally.count);
    if (count === 0) return [];
    const atMost = (index: number): number => sum((tally) => (tally.bucket <= index ? tally.count : 0));
    return [
      {
        reached,
        detectedBy: label === unknownDetector ? null : (label as Actor),
        buckets: latencyBucketsMs.map((_, index) => atMost(index)),
        count,
        sumMs: sum((tally) => tally.sumMs),
      },
    ];
  });
}

type Measured = 'counts' | 'latencies' | 'detections';

export const measurements = (database: Database): Pick<MetricsStore, Measured> => ({
  counts: () =>
    database.read((db) => ({
      runs: byStatus(db, 'runs', trainingRunStatuses),
      deployments: byStatus(db, 'deployments', deploymentStatuses),
    })),

  latencies: () =>
    database.read((db) => (['queued', 'requested', 'in_service'] as const).flatMap((what) => histograms(db, what))),

  detections: () =>
    database.read((db) =>
      talliesOf(db, 'detections').flatMap(({ label, count }) => (count === 0 ? [] : [{ detectedBy: label as Actor, count }])),
    ),
});
