import Sqlite from 'better-sqlite3';
import { databasePath } from '../../../src/db/sqlite/open.ts';
import { openSqliteStore } from '../../../src/db/sqlite/sqlite-store.ts';
import { adoptionTask } from '../../../src/services/adoption/adopt-orphans.ts';
import { project } from '../direct-sdk.ts';
import { recordOfBench } from '../training-request.ts';

export const seedPrefix = 'bench-training-seeded';

/** As the simulator's control route names them. */
export const seededName = (index: number): string => `${seedPrefix}-${String(index).padStart(6, '0')}`;

/** A worker that starts right after the seeding restores no check of a run that was recorded just now: its API is about to queue it. */
const recordedAgoMs = 10_000;

interface Seeding {
  /** Of a fleet whose trainings are in all phases: the first run is the oldest. */
  spacingMs: number;
  autoDeploy: boolean;
}

/** Records runs in training, as if bootstraps had recorded them a little earlier. */
export async function seedRuns(
  databaseUrl: string,
  count: number,
  { spacingMs, autoDeploy }: Seeding = { spacingMs: 0, autoDeploy: true },
): Promise<void> {
  const newestAt = Date.now() - recordedAgoMs;
  const store = openSqliteStore(databaseUrl);
  try {
    const trainingJobName = seededName(1);
    const now = Math.round(newestAt - (count - 1) * spacingMs);
    await store.runs.insert({
      run: {
        runId: 'run-1',
        trainingJobName,
        project,
        endpointName: 'sentiment-1',
        autoDeploy,
        ...recordOfBench(),
        idempotencyKey: null,
        idempotencyHash: null,
      },
      now,
    });
    await store.runs.acquireStartLease({ trainingJobName, now });
    const arn = `arn:aws:sagemaker:us-east-1:123456789012:training-job/${trainingJobName}`;
    await store.runs.markStarted({ trainingJobName, trainingJobArn: arn, actor: 'api', detail: 'seeded', now });
    // As in the steady state: the search for orphans has walked the list before.
    await store.leases.saveCheckpoint({ task: adoptionTask, checkpointAt: Date.now() });
  } finally {
    await store.close();
  }
  copyFirstRun(databasePath(databaseUrl), count, spacingMs);
}

/** The other runs are like the first one, but for their names and their times: through the store 100,000 of them take minutes. */
function copyFirstRun(file: string, count: number, spacingMs: number): void {
  const sqlite = new Sqlite(file, { timeout: 5000 });
  try {
    const columns = sqlite
      .prepare("SELECT name FROM pragma_table_info('training_runs') WHERE name <> 'seq'")
      .pluck()
      .all() as string[];
    const replaced: Record<string, string> = {
      run_id: "'run-' || number",
      training_job_name: `'${seedPrefix}-' || printf('%06d', number)`,
      training_job_arn: `replace(training_job_arn, '${seededName(1)}', '${seedPrefix}-' || printf('%06d', number))`,
      endpoint_name: "'sentiment-' || number",
      ...Object.fromEntries(
        ['created_at', 'updated_at', 'start_attempted_at', 'training_since_at'].map((column) => [
          column,
          `cast(round(${column} + (number - 1) * ${spacingMs}) as integer)`,
        ]),
      ),
    };
    sqlite.exec(
      `WITH RECURSIVE numbers(number) AS (SELECT 2 WHERE ${count} > 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ${count})
       INSERT INTO training_runs (${columns.join(', ')})
       SELECT ${columns.map((column) => replaced[column] ?? column).join(', ')} FROM training_runs, numbers WHERE run_id = 'run-1'`,
    );
  } finally {
    sqlite.close();
  }
}
