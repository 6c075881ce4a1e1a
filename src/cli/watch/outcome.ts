import type { DeploymentBody } from '../../api/schemas/deployment.ts';
import type { TrainingRunBody } from '../../api/schemas/training-run.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

/** How what is watched ended; null while it has not. */
export interface Outcome {
  exitCode: ExitCode;
  /** One word for programs: a status of the deployment or, where there is none, of the run. */
  word: string;
}

/** How a deployment ended. */
export function outcomeOfDeployment({ status }: DeploymentBody): Outcome | null {
  switch (status) {
    case 'queued':
    case 'awaiting_approval':
    case 'in_progress':
      return null;
    case 'deployed':
      return { exitCode: exitCodes.done, word: status };
    case 'superseded':
      return { exitCode: exitCodes.superseded, word: status };
    case 'rolled_back':
    case 'failed':
    case 'rejected':
      return { exitCode: exitCodes.deploymentFailed, word: status };
  }
}

/**
 * How a run ended: its training and, where one follows, its newest deployment. A completed training queues its deployment in the same
 * transaction, so that one without a deployment has none to come.
 */
export function outcomeOfRun(run: TrainingRunBody, deployment: DeploymentBody | null): Outcome | null {
  switch (run.status) {
    case 'requested':
    case 'training':
      return null;
    case 'failed':
    case 'stopped':
    case 'timed_out':
      return { exitCode: exitCodes.trainingFailed, word: run.status };
    case 'completed':
      return deployment === null ? { exitCode: exitCodes.done, word: run.status } : outcomeOfDeployment(deployment);
  }
}
