import { isFinishedRun } from '../../core/training/training-run.ts';
import type { ServiceContext } from '../context.ts';
import { complete, type JobResult } from '../job-result.ts';
import type { ObserveInput } from './observe-input.ts';
import { observeTraining } from './observe-training.ts';
import { resumeStart } from './resume-start.ts';

/**
 * Observes a run once and does what follows: starts it when it has no training yet, records its secondary status and its outcome and,
 * when it completed and auto_deploy is set, queues its deployment. Any number of observations may run at once: every change is a
 * compare-and-set, and one wins (ARCHITECTURE.md#principles).
 *
 * @throws {StoreUnavailableError} and {ClaimLostError}. An error of SageMaker makes the job snooze.
 */
export async function observeRun(ctx: ServiceContext, { trainingJobName, ...observer }: ObserveInput): Promise<JobResult> {
  const run = await ctx.store.runs.find(trainingJobName);
  if (run === null || isFinishedRun(run.status)) return complete;
  return run.status === 'requested' ? resumeStart(ctx, { run, ...observer }) : observeTraining(ctx, { run, ...observer });
}
