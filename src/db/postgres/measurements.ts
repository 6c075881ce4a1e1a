import { deploymentStatuses } from '../../core/deployment/deployment.ts';
import { trainingRunStatuses } from '../../core/training/training-run.ts';
import type { MetricsStore } from '../../ports/store.ts';
import { countByStatus, toDetections, toHistograms } from '../histograms.ts';
import { prunedTally } from '../tallies.ts';
import type { Database } from './database.ts';
import { countsOf } from './tallies.ts';

type Measured = 'counts' | 'latencies' | 'detections' | 'pruned';

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
    const found = await database.read((db) => countsOf(db, ...instants));
    return instants.flatMap((what) =>
      toHistograms(
        what,
        found.filter(({ name }) => name === what),
      ),
    );
  },

  async pruned() {
    const found = await database.read((db) => countsOf(db, prunedTally));
    return found.reduce((sum, { count }) => sum + count, 0);
  },

  detections: async () => toDetections(await database.read((db) => countsOf(db, 'detections'))),
});
