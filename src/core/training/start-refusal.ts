import type { SageMakerError, ServiceErrorCode } from '../errors.ts';
import { credentialsProblemForCaller } from '../sagemaker/credentials-problem.ts';
import { withAdvice } from '../sagemaker/missing-permission.ts';
import type { TrainingRun } from './training-run.ts';

type StartError = Pick<SageMakerError, 'kind' | 'message' | 'code'>;

/** What the caller of the request receives in place of the run. */
export interface StartRefusal {
  code: ServiceErrorCode;
  message: string;
}

/** SageMaker rejected CreateTrainingJob or was never reached: no training exists. */
export function rejectedStart(error: StartError): StartRefusal {
  switch (error.kind) {
    case 'quota':
      return { code: 'quota_exceeded', message: error.message };
    case 'throttled':
    case 'unavailable':
    case 'busy':
      return {
        code: 'sagemaker_unavailable',
        message: `SageMaker is unavailable; nothing was started: ${textForCaller(error)}`,
      };
    case 'unauthenticated':
      return { code: 'sagemaker_unavailable', message: `Nothing was started: ${textForCaller(error)}` };
    case 'already_exists':
      return { code: 'training_job_exists', message: error.message };
    case 'access_denied':
      return { code: 'sagemaker_rejected', message: withAdvice(error.message) };
    case 'not_found':
    case 'invalid':
    case 'unknown':
      return { code: 'sagemaker_rejected', message: error.message };
  }
}

/** SageMaker may have started the training. Whatever its response meant, the caller receives no plain refusal. */
export function indeterminateStart(
  run: Pick<TrainingRun, 'trainingJobName' | 'idempotencyKey'>,
  error: StartError,
): StartRefusal {
  const name = run.trainingJobName;
  const what =
    run.idempotencyKey === null
      ? 'If it is, a worker stops it, and it is not deployed; you may request another one'
      : 'The run is recorded, and a worker starts the training if it is not: repeat the Idempotency-Key, which starts no second one';
  return {
    code: 'sagemaker_unavailable',
    message: `SageMaker does not say whether the training ${name} is started. ${what}: ${textForCaller(error)}`,
  };
}

const textForCaller = (error: StartError): string =>
  error.kind === 'unauthenticated' ? credentialsProblemForCaller(error.code) : error.message;
