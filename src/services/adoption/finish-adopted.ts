import { workerCallMs } from '../../core/timing.ts';
import { SageMakerError } from '../../core/errors.ts';
import { retryDelayMs } from '../../core/retry-delay.ts';
import { confirmRetryBudget } from '../../core/training/confirm-retry-budget.ts';
import type { AdoptionDecision } from '../../core/training/decide-adoption.ts';
import type { TrainingDecision } from '../../core/training/decide-training.ts';
import type { TrainingJob, TrainingRun } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { complete, type JobResult, snooze } from '../job-result.ts';
import type { Observer } from '../training/observe-input.ts';
import { recordOutcome } from '../training/record-outcome.ts';
import { recordOverdue } from '../training/record-overdue.ts';
import { observeAdopted } from './observe-adopted.ts';

interface FinishAdoptedInput extends Observer {
  run: TrainingRun;
  job: TrainingJob;
  decision: Extract<TrainingDecision, { kind: 'finish' }>;
}

const callOptions: CallOptions = { maxWaitMs: workerCallMs, retryThrottles: false };

/** Ends a run whose training had ended before it was adopted: whether it is deployed depends on what happened to its endpoint since. */
export async function finishAdopted(ctx: ServiceContext, input: FinishAdoptedInput): Promise<JobResult> {
  const { run, job, decision, actor, failingSince, signal } = input;
  const { now, random, settings } = ctx;
  const log = ctx.log.child({ training_job_name: run.trainingJobName, endpoint_name: run.endpointName });
  let adoption: AdoptionDecision;
  try {
    adoption = await observeAdopted(ctx, { run, job, options: { signal, ...callOptions } });
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    const since = failingSince ?? now();
    const budget = confirmRetryBudget(run, error, { forMs: now() - since, now: now(), limits: settings });
    if (!budget.isSpent) {
      await recordOverdue(ctx, { run, overdueSince: budget.overdueSince });
      log.warn(
        { event: 'training.endpoint_observe_failed', err: error },
        'endpoint of an adopted training cannot be observed; retrying',
      );
      return snooze(retryDelayMs(now() - since, random), since);
    }
    adoption = { kind: 'leave', why: `what happened to the endpoint cannot be read: ${error.operation}: ${error.message}` };
  }
  if (adoption.kind === 'deploy') {
    await recordOutcome(ctx, { run, job, decision, trigger: actor, forced: false });
    return complete;
  }
  if (adoption.kind === 'restore') {
    // Past gate, approval, hold and rollback, which have had their say.
    await recordOutcome(ctx, { run, job, decision, trigger: 'reconcile', forced: true });
    return complete;
  }
  const detail = `found completed, and not deployed: ${adoption.why}. POST /deploy/${run.trainingJobName} deploys it all the same`;
  const undeployed = { ...decision, outcome: { ...decision.outcome, detail }, deploy: false };
  await recordOutcome(ctx, { run, job, decision: undeployed, trigger: actor, forced: false });
  log.warn({ event: 'training.adopted_not_deployed', reason: adoption.why }, 'adopted training not deployed');
  return complete;
}
