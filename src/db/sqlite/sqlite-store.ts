import type { Store } from '../../ports/store.ts';
import { type FileEvents, DatabaseFile } from './database-file.ts';
import { databaseOf } from './database.ts';
import { afterwardsOfDeployments } from './deployments-afterwards.ts';
import { courseOfDeployments } from './deployments-transitions.ts';
import { askingForDeployments, readingOfDeployments } from './deployments.ts';
import { historyOf } from './history.ts';
import { measurements } from './measurements.ts';
import { databasePath } from './open.ts';
import { pingOf } from './ping.ts';
import { processesOf } from './processes.ts';
import { unfinishedOnes } from './unfinished.ts';
import { courseOfRuns } from './runs-transitions.ts';
import { startOfRuns } from './runs-start.ts';
import { readingOfRuns, recordingOfRuns } from './runs.ts';
import { countingOfCalls } from './sagemaker-calls.ts';
import { removingRuns } from './runs-removal.ts';
import { passingOver } from './skipped.ts';
import { turnsOf } from './leases.ts';

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
    ...removingRuns(database),
    ...passingOver(database),
    ...turnsOf(database),
    ping: pingOf(file, { waitMs, freshMs }),
    close: async () => file.close(),
  };
}

/** The store of a `file:` address in this very thread, which SQLite holds up while it works: programs take `openStore`. */
export const openSqliteStore = (databaseUrl: string, options: SqliteStoreOptions = {}): Store =>
  storeOver(new DatabaseFile(databasePath(databaseUrl), options), options);
