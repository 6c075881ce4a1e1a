import { count } from './drizzle.ts';
import type { Store } from '../services/store.ts';
import { databaseOf } from './database.ts';
import { afterwardsOfDeployments } from './deployment-afterwards.ts';
import { courseOfDeployments } from './deployment-course.ts';
import { askingForDeployments, readingOfDeployments } from './deployments.ts';
import { guarded } from './guarded.ts';
import { historyOf } from './history.ts';
import { databasePath, DatabaseFile } from './open.ts';
import { processesOf } from './processes.ts';
import { measurements, unfinishedOnes } from './read-models.ts';
import { courseOfRuns } from './run-course.ts';
import { startOfRuns } from './run-start.ts';
import { readingOfRuns, recordingOfRuns } from './runs.ts';
import { countingOfCalls } from './sagemaker-calls.ts';
import { sagemakerCalls } from './schema.ts';
import { turnsOf } from './turns.ts';

export interface SqliteStoreOptions {
  /** How long a write waits for those of other processes. */
  busyTimeoutMs?: number;
  /** Called when the file was found removed or replaced and has been opened anew. */
  onReplaced?: () => void;
}

/**
 * Opens the database of a `file:` address, creating and migrating it as needed; throws StoreUnavailable when that can't be done
 * now. Writes wait in line with those of other processes on the same machine.
 */
export function openSqliteStore(databaseUrl: string, options: SqliteStoreOptions = {}): Store {
  const file = guarded(() => new DatabaseFile(databasePath(databaseUrl), options));
  const database = databaseOf(file);
  return {
    ...recordingOfRuns(database),
    ...readingOfRuns(database),
    ...startOfRuns(database),
    ...courseOfRuns(database),
    ...askingForDeployments(database),
    ...readingOfDeployments(database),
    ...courseOfDeployments(database),
    ...afterwardsOfDeployments(database),
    ...historyOf(database),
    ...unfinishedOnes(database),
    ...measurements(database),
    ...countingOfCalls(database),
    ...processesOf(database),
    ...turnsOf(database),
    // A small table that is really read: `select 1` never reaches the file.
    ping: () => database.read((db) => void db.select({ calls: count() }).from(sagemakerCalls).get()),
    close: async () => file.close(),
  };
}
