import { autoscalingStore } from './autoscaling.ts';
import type { Store } from '../../ports/store.ts';
import { type FileEvents, DatabaseFile } from './database-file.ts';
import { databaseOf } from './database.ts';
import { deploymentAfterwards } from './deployments-afterwards.ts';
import { deploymentTransitions } from './deployments-transitions.ts';
import { deploymentRequests, deploymentQueries } from './deployments.ts';
import { historyStore } from './history.ts';
import { deliveryStore } from './delivery.ts';
import { endpointStore } from './endpoints.ts';
import { guardAlarmStore } from './guard-alarms.ts';
import { measurements } from './measurements.ts';
import { databasePath } from './open.ts';
import { notificationStore } from './notifications.ts';
import { requestKeyStore } from './request-keys.ts';
import { traceStore } from './traces.ts';
import { retentionStore } from './retention.ts';
import { pingOf } from './ping.ts';
import { processStore } from './processes.ts';
import { runTransitions } from './runs-transitions.ts';
import { runStarts } from './runs-start.ts';
import { runQueries, runInserts } from './runs.ts';
import { sagemakerCallStore } from './sagemaker-calls.ts';
import { runPruning } from './runs-pruning.ts';
import { runCounts } from './runs-counts.ts';
import { runRemoval } from './runs-removal.ts';
import { runTags } from './runs-tags.ts';
import { skippedStore } from './skipped.ts';
import { leaseStore } from './leases.ts';

export interface SqliteStoreOptions extends FileEvents {
  /** How long a call waits while other processes hold the database locked. */
  waitMs?: number;
  /** For how long a ping's answer holds. */
  pingFreshMs?: number;
}

const defaultWaitMs = 15_000;
const defaultPingFreshMs = 1000;

/** The store over a file that is opened, created and migrated as needed, at the first use. */
export function storeOver(file: DatabaseFile, options: Pick<SqliteStoreOptions, 'waitMs' | 'pingFreshMs'> = {}): Store {
  const { waitMs = defaultWaitMs, pingFreshMs: freshMs = defaultPingFreshMs } = options;
  const database = databaseOf(file, { waitMs });
  return {
    runs: {
      ...runInserts(database),
      ...runQueries(database),
      ...runStarts(database),
      ...runTransitions(database),
      ...runRemoval(database),
      ...runPruning(database),
      ...runTags(database),
      ...runCounts(database),
    },
    deployments: {
      ...deploymentRequests(database),
      ...deploymentQueries(database),
      ...deploymentTransitions(database),
      ...deploymentAfterwards(database),
    },
    delivery: deliveryStore(database),
    endpoints: endpointStore(database),
    guardAlarms: guardAlarmStore(database),
    retention: retentionStore(database),
    history: historyStore(database),
    metrics: { ...measurements(database), ...sagemakerCallStore(database) },
    leases: leaseStore(database),
    processes: processStore(database),
    skipped: skippedStore(database),
    autoscaling: autoscalingStore(database),
    notifications: notificationStore(database),
    requestKeys: requestKeyStore(database),
    traces: traceStore(database),
    ping: pingOf(file, { waitMs, freshMs }),
    now: async () => Date.now(),
    close: async () => file.close(),
  };
}

/** The store of a `file:` address in this very thread, which SQLite holds up while it works: programs take `openStore`. */
export const openSqliteStore = (databaseUrl: string, options: SqliteStoreOptions = {}): Store =>
  storeOver(new DatabaseFile(databasePath(databaseUrl), options), options);
