import type { TrainingDecision } from '../../core/training/decide-training.ts';
import type { Trigger } from '../../core/deployment/deployment.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import { enqueueDeploy } from '../enqueue.ts';
import { newDeployment } from '../deployment/new-deployment.ts';
import type { ServiceContext } from '../context.ts';

/** When POST /events was last called with an event of ours. */
export const lastEventMark = 'event';
/** When POST /events last refused one of ours: what EventBridge could not deliver is not missed on its way. */
export const refusedEventMark = 'event-refused';

/**
 * Ends the run and, when it is to be deployed, queues that in the same transaction; the queue hears of it after that. Somebody else
 * who recorded the outcome first has won, and nothing is done twice.
 */
export async function recordTrainingOutcome(
  ctx: ServiceContext,
  run: TrainingRun,
  decision: Extract<TrainingDecision, { kind: 'finish' }>,
  deployment: { trigger: Trigger; forced: boolean },
): Promise<void> {
  const { store, settings, now, log } = ctx;
  const wanted = decision.deploy ? newDeployment(run, decision.outcome.modelArtifact, deployment, settings) : null;
  const finished = await store.runs.finish({
    trainingJobName: run.trainingJobName,
    outcome: decision.outcome,
    deployment: wanted,
    actor: deployment.trigger,
    now: now(),
  });
  if (finished === null) return;
  await noteMissedEvent(ctx, run, decision, deployment.trigger);
  const { status, failureReason } = decision.outcome;
  log.info(
    {
      training_job_name: run.trainingJobName,
      status,
      failure_reason: failureReason,
      detected_by: deployment.trigger,
      deployment_id: finished.deployment?.deploymentId,
    },
    finished.deployment === null ? `training ${status}` : `training ${status}; deployment to ${run.endpointName} queued`,
  );
  if (finished.deployment !== null) await enqueueDeploy(ctx, finished.deployment, 0);
}

/** How late an event may be without being missed: EventBridge delivers within seconds. */
const eventLatenessMs = 10_000;
/** Who has had no event for so long doesn't use them. */
const eventsInUseMs = 7 * 24 * 3_600_000;

/** Nothing is lost when an event is; whoever runs the event path should know all the same. */
async function noteMissedEvent(
  { store, now, log }: ServiceContext,
  run: TrainingRun,
  { outcome }: Extract<TrainingDecision, { kind: 'finish' }>,
  detectedBy: Trigger,
): Promise<void> {
  // One that was found when it was over is no event's fault.
  if (run.foundEnded) return;
  const lateMs = outcome.trainingEndedAt === null ? 0 : now() - outcome.trainingEndedAt;
  if (detectedBy === 'event' || detectedBy === 'api' || lateMs < eventLatenessMs) return;
  const lastEventAt = await store.leases.findCheckpoint(lastEventMark);
  if (lastEventAt === null || now() - lastEventAt > eventsInUseMs) return;
  const refusedAt = await store.leases.findCheckpoint(refusedEventMark);
  if (refusedAt !== null && now() - refusedAt < lateMs + eventLatenessMs) return;
  log.warn(
    { training_job_name: run.trainingJobName, detected_by: detectedBy, after_ms: lateMs },
    'no event told of the end of this training: the event path may be broken',
  );
}
