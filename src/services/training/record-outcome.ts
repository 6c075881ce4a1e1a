import type { Trigger } from '../../core/deployment/deployment.ts';
import type { TrainingDecision } from '../../core/training/decide-training.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { ServiceContext } from '../context.ts';
import { newDeployment } from '../deployment/new-deployment.ts';
import { enqueueDeploy } from '../enqueue.ts';
import { logMissedEvent } from '../events/log-missed-event.ts';

interface RecordOutcomeInput {
  run: TrainingRun;
  decision: Extract<TrainingDecision, { kind: 'finish' }>;
  /** The detector of the end. */
  trigger: Trigger;
  /** Of the deployment, where there is one. */
  forced: boolean;
}

/**
 * Ends the run and, when it is to be deployed, records the deployment in the same transaction; then queues it. When another process
 * recorded the outcome first, nothing is done twice.
 */
export async function recordOutcome(ctx: ServiceContext, { run, decision, trigger, forced }: RecordOutcomeInput): Promise<void> {
  const { store, now, log } = ctx;
  const { trainingJobName } = run;
  const { outcome } = decision;
  const wanted = decision.deploy ? newDeployment(ctx, { run, modelArtifact: outcome.modelArtifact, trigger, forced }) : null;
  const finished = await store.runs.finish({ trainingJobName, outcome, deployment: wanted, actor: trigger, now: now() });
  if (finished === null) return;
  await logMissedEvent(ctx, { run, trainingEndedAt: outcome.trainingEndedAt, detectedBy: trigger });
  const { status, failureReason } = outcome;
  const fields = { training_job_name: trainingJobName, status, failure_reason: failureReason, detected_by: trigger };
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
