import { databaseTiming } from '../../core/timing.ts';
import { autoscalingStore } from './autoscaling.ts';
import type { Store } from '../../ports/store.ts';
import type { Connections } from './connections.ts';
import { databaseOf } from './database.ts';
import { deploymentAfterwards } from './deployments-afterwards.ts';
import { deploymentTransitions } from './deployments-transitions.ts';
import { deploymentQueries, deploymentRequests } from './deployments.ts';
import { sql } from './drizzle.ts';
import { historyStore } from './history.ts';
import { leaseStore } from './leases.ts';
import { deliveryStore } from './delivery.ts';
import { endpointStore } from './endpoints.ts';
import { guardAlarmStore } from './guard-alarms.ts';
import { measurements } from './measurements.ts';
import { notificationStore } from './notifications.ts';
import { requestKeyStore } from './request-keys.ts';
import { traceStore } from './traces.ts';
import { retentionStore } from './retention.ts';
import type { Opening } from './opening.ts';
import { pingOf } from './ping.ts';
import { processStore } from './processes.ts';
import { runPruning } from './runs-pruning.ts';
import { runCounts } from './runs-counts.ts';
import { runRemoval } from './runs-removal.ts';
import { runTags } from './runs-tags.ts';
import { runStarts } from './runs-start.ts';
import { runTransitions } from './runs-transitions.ts';
import { runInserts, runQueries } from './runs.ts';
import { sagemakerCallStore } from './sagemaker-calls.ts';
import { skippedStore } from './skipped.ts';

const defaultPingFreshMs = 1000;

export interface PostgresStoreOptions {
  /** How long a call waits while the database is unavailable, or other transactions are in the way. */
  waitMs: number;
  /** For how long a ping's answer holds. */
  pingFreshMs?: number;
  pingWaitMs?: number;
}

/** The store over a PostgreSQL database that is migrated as needed, at the first use. `close` closes the connections. */
export function storeOver(connections: Connections, opening: Pick<Opening, 'ready'>, options: PostgresStoreOptions): Store {
  const { waitMs, pingFreshMs: freshMs = defaultPingFreshMs, pingWaitMs = databaseTiming.readinessMs } = options;
  const database = databaseOf(connections, opening, { waitMs });
  const checked = databaseOf(connections, opening, { waitMs: Math.min(waitMs, pingWaitMs) });
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
    ping: pingOf(checked, { freshMs }),
    now: () =>
      database.read(async (db) => {
        const { rows } = await db.execute<{ now: string }>(
          sql`select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`,
        );
        return Number(rows[0]?.now);
      }),
    close: () => connections.close(),
  };
}
