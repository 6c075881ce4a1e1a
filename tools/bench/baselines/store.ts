import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { openStore } from '../../../src/db/sqlite/open-store.ts';
import type { NewRun } from '../../../src/ports/store.ts';
import { silentLog } from '../../testkit/silent-log.ts';
import { project } from '../direct-sdk.ts';
import { recordOfBench } from '../training-request.ts';
import { inRounds } from './rounds.ts';

const newRun = (): NewRun => ({
  runId: randomUUID(),
  trainingJobName: `${project}-training-${randomUUID()}`,
  project,
  endpointName: 'sentiment-endpoint',
  autoDeploy: true,
  ...recordOfBench({ epochs: '3', learning_rate: '0.001' }),
  idempotencyKey: null,
  idempotencyHash: null,
});

/** The two transactions of a bootstrap: through the store in its thread, as in the programs, and as prepared statements of SQLite. */
export async function measureStore(folder: string, rounds: number): Promise<string[][]> {
  const path = join(folder, 'baseline.db');
  const store = await openStore(`file:${path}`, { waitMs: 15_000, log: silentLog });
  const sqlite = new Sqlite(path, { timeout: 15_000 });
  try {
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = NORMAL');
    sqlite.pragma('foreign_keys = ON');
    const row = await inRounds(
      'its two transactions',
      {
        direct: directWrites(sqlite),
        service: async () => {
          const run = newRun();
          await store.runs.insert({ run, now: Date.now(), startNow: true });
          await store.runs.markStarted({
            trainingJobName: run.trainingJobName,
            trainingJobArn: 'arn',
            actor: 'api',
            detail: 'started',
            now: Date.now(),
          });
        },
      },
      { atOnce: 1, rounds },
    );
    return [row];
  } finally {
    sqlite.close();
    await store.close();
  }
}

function directWrites(sqlite: Sqlite.Database): () => Promise<void> {
  const insertRun = sqlite.prepare(
    `insert into training_runs (run_id, training_job_name, project, endpoint_name, auto_deploy, status, request, shapes, serving_image,
      created_at, updated_at, start_attempted_at, start_attempts) values (?, ?, ?, ?, 1, 'requested', ?, ?, ?, ?, ?, ?, 1)`,
  );
  const insertHistory = sqlite.prepare(
    `insert into history (run_seq, at, subject, from_status, to_status, actor) values (?, ?, 'training', ?, ?, 'api')`,
  );
  const markStarted = sqlite.prepare(
    `update training_runs set status = 'training', training_job_arn = 'arn', training_since_at = ?, updated_at = ?
      where training_job_name = ? and status = 'requested'`,
  );
  const record = sqlite.transaction((run: NewRun, now: number) => {
    const { runId, trainingJobName, endpointName, request, shapes, servingImage } = run;
    const seq = insertRun.run(
      runId,
      trainingJobName,
      project,
      endpointName,
      JSON.stringify(request),
      JSON.stringify(shapes),
      servingImage,
      now,
      now,
      now,
    );
    insertHistory.run(seq.lastInsertRowid, now, null, 'requested');
    return seq.lastInsertRowid;
  });
  const started = sqlite.transaction((name: string, seq: number | bigint, now: number) => {
    markStarted.run(now, now, name);
    insertHistory.run(seq, now, 'requested', 'training');
  });
  return async () => {
    const run = newRun();
    const now = Date.now();
    const seq = record.immediate(run, now);
    started.immediate(run.trainingJobName, seq, now);
  };
}
