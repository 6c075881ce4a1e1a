import { maxRetryDelayMs } from '../../core/retry-delay.ts';
import { confirmLimit } from '../../core/confirm-time-limit.ts';
import { decideRetry } from '../../core/decide-retry.ts';
import type { SageMakerError } from '../../core/errors.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { ServiceContext } from '../context.ts';

/**
 * Whether trouble of SageMaker's that has lasted for so long is borne no more. A time limit alone does not end anything at the first look
 * that finds it over: that is noted, and another look has to agree.
 */
export async function isRetryBudgetSpent(
  ctx: ServiceContext,
  run: TrainingRun,
  { kind, message }: SageMakerError,
  forMs: number,
): Promise<boolean> {
  const { settings, now } = ctx;
  const { maxTrainingWaitMs } = settings;
  if (decideRetry(kind, message, forMs, maxTrainingWaitMs).kind === 'retry') {
    await noteOverdue(ctx, run, null);
    return false;
  }
  if (decideRetry(kind, message, 0, maxTrainingWaitMs).kind === 'fail') return true;
  const { confirmed, overdueSince } = confirmLimit(run.overdueSince, now(), Math.min(settings.pollIntervalMs, maxRetryDelayMs));
  if (!confirmed) await noteOverdue(ctx, run, overdueSince);
  return confirmed;
}

async function noteOverdue({ store, now }: ServiceContext, run: TrainingRun, overdueSince: number | null): Promise<void> {
  const { trainingSinceAt } = run;
  if (run.overdueSince !== overdueSince)
    await store.runs.recordTimeLimit({
      trainingJobName: run.trainingJobName,
      before: run,
      after: { trainingSinceAt, overdueSince },
      now: now(),
    });
}
