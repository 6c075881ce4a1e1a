import { policyFor } from '../../core/delivery/delivery-file.ts';
import { actorOf, type Trigger } from '../../core/deployment/deployment.ts';
import type { TrainingDecision } from '../../core/training/decide-training.ts';
import type { ShapeLayers } from '../../core/shapes/shape-layers.ts';
import type { TrainingJob, TrainingRun } from '../../core/training/training-run.ts';
import type { ServiceContext } from '../context.ts';
import { findShapesOfAdopted } from '../adoption/find-shapes.ts';
import { shapesOf } from '../deployment/deployment-shapes.ts';
import { layOver } from '../deployment/lay-over.ts';
import { newDeployment } from '../deployment/new-deployment.ts';
import { enqueueDeploy } from '../enqueue.ts';
import { logMissedEvent } from '../events/log-missed-event.ts';

interface RecordOutcomeInput {
  run: TrainingRun;
  /** As SageMaker described it; null where it did not. */
  job: TrainingJob | null;
  decision: Extract<TrainingDecision, { kind: 'finish' }>;
  /** The detector of the end. */
  trigger: Trigger;
  /** Of the deployment, where there is one. */
  forced: boolean;
  overrides?: boolean;
  /** What the caller says of the deployment, over what the run has kept (layOver). */
  parts?: readonly ShapeLayers[];
  /** The name of the key of the caller who requested the deployment. */
  requestedBy?: string | null;
  reason?: string | null;
}

/**
 * Ends the run and, when it is to be deployed, records the deployment in the same transaction; then queues it. When another process
 * recorded the outcome first, nothing is done twice.
 */
export async function recordOutcome(
  ctx: ServiceContext,
  { run, job, decision, trigger, forced, overrides, parts = [], requestedBy, reason }: RecordOutcomeInput,
): Promise<void> {
  const { store, now, log } = ctx;
  const { trainingJobName } = run;
  // Nothing is made of another one, and its history has the reason.
  const isDeployable = decision.outcome.status === 'completed';
  const adopted = job !== null && isDeployable ? findShapesOfAdopted(ctx, run, job) : null;
  const notes = [decision.outcome.detail, adopted?.unknown].filter((note) => note != null);
  const outcome = notes.length === 0 ? decision.outcome : { ...decision.outcome, detail: notes.join('; ') };
  const { modelArtifact } = outcome;
  const shapes = layOver(adopted?.shapes ?? shapesOf(ctx, run), parts);
  const wanted = decision.deploy
    ? newDeployment({ run, modelArtifact, shapes, trigger, forced, overrides, requestedBy, reason })
    : null;
  const finished = await store.runs.finish({
    trainingJobName,
    outcome,
    shapes: adopted?.shapes,
    deployment: wanted,
    policy: policyFor(ctx.settings.delivery, run.endpointName),
    actor: actorOf(trigger),
    now: now(),
  });
  if (finished === null) return;
  await logMissedEvent(ctx, { run, trainingEndedAt: outcome.trainingEndedAt, detectedBy: trigger });
  const { status, failureReason } = outcome;
  const detail = notes.length === 0 ? {} : { detail: outcome.detail };
  const fields = { training_job_name: trainingJobName, status, failure_reason: failureReason, detected_by: trigger, ...detail };
  const { deployment } = finished;
  if (deployment === null) {
    log.info({ event: 'training.finished', ...fields }, `training ${status}`);
    return;
  }
  const { deploymentId, endpointName } = deployment;
  log.info(
    { event: 'training.completed', ...fields, deployment_id: deploymentId, endpoint_name: endpointName },
    'training completed; deployment queued',
  );
  await enqueueDeploy(ctx, { deployment, delayMs: 0 });
}
