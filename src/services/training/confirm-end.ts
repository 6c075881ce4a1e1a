import { maxTroubleDelayMs } from '../../core/retry-delay.ts';
import { confirmLimit } from '../../core/confirm-time-limit.ts';
import { decideTrouble } from '../../core/decide-retry.ts';
import type { SagemakerError } from '../../core/errors.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { Services } from '../context.ts';

/**
 * Whether trouble of SageMaker's that has lasted for so long is borne no more. A time limit alone does not end anything at the first look
 * that finds it over: that is noted, and another look has to agree.
 */
export async function isTroubleOver(
  services: Services,
  run: TrainingRun,
  { kind, message }: SagemakerError,
  forMs: number,
): Promise<boolean> {
  const { settings, now } = services;
  const { maxTrainingWaitMs } = settings;
  if (decideTrouble(kind, message, forMs, maxTrainingWaitMs).kind === 'retry') {
    await noteOverdue(services, run, null);
    return false;
  }
  if (decideTrouble(kind, message, 0, maxTrainingWaitMs).kind === 'fail') return true;
  const { confirmed, overdueSince } = confirmLimit(run.overdueSince, now(), Math.min(settings.pollIntervalMs, maxTroubleDelayMs));
  if (!confirmed) await noteOverdue(services, run, overdueSince);
  return confirmed;
}

async function noteOverdue({ store, now }: Services, run: TrainingRun, overdueSince: number | null): Promise<void> {
  const { trainingSinceAt } = run;
  if (run.overdueSince !== overdueSince)
    await store.recordLimit(run.trainingJobName, run, { trainingSinceAt, overdueSince }, now());
}
