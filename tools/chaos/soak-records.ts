import Sqlite from 'better-sqlite3';
import type { DeploymentStatus, Trigger } from '../../src/core/deployment/deployment.ts';

/** A deployment as the database records it; instants in milliseconds since 1970 UTC. */
export interface DeploymentRecord {
  seq: number;
  runSeq: number;
  trainingJobName: string;
  endpointName: string;
  status: DeploymentStatus;
  forced: boolean;
  trigger: Trigger;
  attempts: number;
  endpointConfigName: string | null;
  failureReason: string | null;
  trainingCreatedAt: number;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  /** Its position in the order in which deployments went live on the endpoint. */
  liveOrder: number | null;
}

export interface HistoryRecord {
  at: number;
  trainingJobName: string;
  subject: string;
  from: string | null;
  to: string;
  actor: string;
  detail: string | null;
  attempt: number | null;
}

/** The service's records, read from its database file. */
export class SoakRecords {
  readonly #sqlite: Sqlite.Database;

  constructor(databaseFile: string) {
    this.#sqlite = new Sqlite(databaseFile, { readonly: true, timeout: 10_000 });
  }

  deployments(): DeploymentRecord[] {
    const rows = this.#sqlite
      .prepare(
        `SELECT seq, run_seq AS runSeq, training_job_name AS trainingJobName, endpoint_name AS endpointName, status, forced,
           trigger, attempts, endpoint_config_name AS endpointConfigName, failure_reason AS failureReason,
           training_created_at AS trainingCreatedAt, created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt,
           live_order AS liveOrder
         FROM deployments ORDER BY seq`,
      )
      .all() as (Omit<DeploymentRecord, 'forced'> & { forced: number })[];
    return rows.map((row) => ({ ...row, forced: row.forced === 1 }));
  }

  /** The history of all runs of an endpoint, in order. */
  history(endpointName: string): HistoryRecord[] {
    return this.#sqlite
      .prepare(
        `SELECT history.at, training_job_name AS trainingJobName, subject, from_status AS "from", to_status AS "to", actor, detail,
           (SELECT attempts FROM deployments WHERE deployments.deployment_id = history.deployment_id) AS attempt
         FROM history JOIN training_runs ON training_runs.seq = history.run_seq WHERE endpoint_name = ? ORDER BY history.seq`,
      )
      .all(endpointName) as HistoryRecord[];
  }

  close(): void {
    this.#sqlite.close();
  }
}
