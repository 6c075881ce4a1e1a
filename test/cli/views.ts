import type { TrainingRunDetailsBody } from '../../src/api/schemas/training-run.ts';
import { toWatchView, type WatchView } from '../../src/cli/watch/watch-view.ts';

interface Wanted {
  status: TrainingRunDetailsBody['status'];
  phase?: string | null;
  elapsedMs?: number;
  expectedMs?: number | null;
  reason?: string | null;
}

const createdAt = Date.parse('2026-11-26T10:00:00Z');

/** Of a run without a deployment, as it is watched. */
export function createViewOf({ status, phase = null, elapsedMs = 60_000, expectedMs = null, reason = null }: Wanted): WatchView {
  const now = createdAt + elapsedMs;
  const isOver = status !== 'training' && status !== 'requested';
  const run: TrainingRunDetailsBody = {
    training_job_name: 'nightly-43',
    training_job_arn: null,
    project: 'ml',
    endpoint_name: 'ml-endpoint',
    auto_deploy: true,
    status,
    secondary_status: phase,
    deployment_status: 'none',
    failure_reason: reason,
    failure_kind: reason === null ? null : 'algorithm',
    model_artifact: null,
    metrics: null,
    created_at: new Date(createdAt).toISOString(),
    training_created_at: null,
    updated_at: new Date(now).toISOString(),
    finished_at: isOver ? new Date(now).toISOString() : null,
    links: { self: '', deploy: '', stop: '', endpoint_status: '', deployments: '', queue: '' },
    request: null,
    deployments: [],
    earlier_deployments: null,
    history: [],
    earlier_history: null,
  };
  return toWatchView(run, null, { expectedMs, now });
}
