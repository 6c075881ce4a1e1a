import { retryDelayMs } from '../../core/retry-delay.ts';
import type { AdoptionDecision } from '../../core/training/decide-adoption.ts';
import type { TrainingDecision } from '../../core/training/decide-training.ts';
import { SageMakerError } from '../../core/errors.ts';
import type { TrainingJob, TrainingRun } from '../../core/training/training-run.ts';
import { confirmRetryBudget } from '../../core/training/confirm-retry-budget.ts';
import { recordOverdue } from '../training/record-overdue.ts';
import { observeAdopted } from './observe-adopted.ts';
import type { ObserveContext } from '../training/observe-context.ts';
import { snooze, complete, type JobResult } from '../job-result.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { recordTrainingOutcome } from '../training/record-outcome.ts';

/** Of a training that was over before it was found, whether it is deployed hangs on what has become of its endpoint since. */
export async function finishAdopted(
  ctx: ServiceContext,
  run: TrainingRun,
  job: TrainingJob,
  decision: Extract<TrainingDecision, { kind: 'finish' }>,
  { actor, failingSince, signal }: ObserveContext,
): Promise<JobResult> {
  const { now, random, log } = ctx;
  const fields = { training_job_name: run.trainingJobName, endpoint_name: run.endpointName };
  let found: AdoptionDecision;
  try {
    found = await observeAdopted(ctx, run, job, { signal, ...callOptions });
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    const since = failingSince ?? now();
    const budget = confirmRetryBudget(run, error, { forMs: now() - since, now: now(), limits: ctx.settings });
    if (!budget.isSpent) {
      await recordOverdue(ctx, { run, overdueSince: budget.overdueSince });
      log.warn({ ...fields, err: error }, 'what has become of the endpoint could not be looked at; looking again');
      return snooze(retryDelayMs(now() - since, random), since);
    }
    found = { kind: 'leave', why: `what has become of the endpoint can’t be read: ${error.operation}: ${error.message}` };
  }
  const deployment = { trigger: actor, forced: false };
  if (found.kind === 'deploy') {
    await recordTrainingOutcome(ctx, run, decision, deployment);
    return complete;
  }
  const detail = `found completed, and not deployed: ${found.why}. POST /deploy/${run.trainingJobName} deploys it all the same`;
  await recordTrainingOutcome(ctx, run, { ...decision, outcome: { ...decision.outcome, detail }, deploy: false }, deployment);
  log.warn({ ...fields, reason: found.why }, 'a training was over before it was found, and is not deployed by itself');
  return complete;
}

const callOptions: CallOptions = { maxWaitMs: 10_000, retryThrottles: false };
