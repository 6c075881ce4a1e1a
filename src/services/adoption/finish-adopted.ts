import { troubleDelayMs } from '../../core/retry-delay.ts';
import type { FoundDecision } from '../../core/training/decide-adoption.ts';
import type { TrainingDecision } from '../../core/training/decide-training.ts';
import { SagemakerError } from '../../core/errors.ts';
import type { TrainingJob, TrainingRun } from '../../core/training/training-run.ts';
import { isTroubleOver } from '../training/confirm-end.ts';
import { lookAtFound } from './observe-adopted.ts';
import type { ObserveContext } from '../training/observe-context.ts';
import { again, done, type JobOutcome } from '../job-result.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { Services } from '../context.ts';
import { recordTrainingOutcome } from '../training/record-outcome.ts';

/** Of a training that was over before it was found, whether it is deployed hangs on what has become of its endpoint since. */
export async function finishFound(
  services: Services,
  run: TrainingRun,
  job: TrainingJob,
  decision: Extract<TrainingDecision, { kind: 'finish' }>,
  { actor, troubleSince, signal }: ObserveContext,
): Promise<JobOutcome> {
  const { now, random, log } = services;
  const fields = { training_job_name: run.trainingJobName, endpoint_name: run.endpointName };
  let found: FoundDecision;
  try {
    found = await lookAtFound(services, run, job, { signal, ...callOptions });
  } catch (error) {
    if (!(error instanceof SagemakerError)) throw error;
    const since = troubleSince ?? now();
    if (!(await isTroubleOver(services, run, error, now() - since))) {
      log.warn({ ...fields, err: error }, 'what has become of the endpoint could not be looked at; looking again');
      return again(troubleDelayMs(now() - since, random), since);
    }
    found = { kind: 'leave', why: `what has become of the endpoint can’t be read: ${error.operation}: ${error.message}` };
  }
  const deployment = { trigger: actor, forced: false };
  if (found.kind === 'deploy') {
    await recordTrainingOutcome(services, run, decision, deployment);
    return done;
  }
  const detail = `found completed, and not deployed: ${found.why}. POST /deploy/${run.trainingJobName} deploys it all the same`;
  await recordTrainingOutcome(
    services,
    run,
    { ...decision, outcome: { ...decision.outcome, detail }, deploy: false },
    deployment,
  );
  log.warn({ ...fields, reason: found.why }, 'a training was over before it was found, and is not deployed by itself');
  return done;
}

const callOptions: CallOptions = { maxWaitMs: 10_000, retryThrottles: false };
