import type { DeploymentStatus } from '../deployment/deployment.ts';
import type { TrainingRunStatus } from './training-run.ts';

/**
 * What the request to stop a training does. A training that has ended cannot be stopped, but its waiting deployment can be withdrawn. A
 * deployment in progress cannot, since SageMaker has no cancel, and neither can a live one.
 */
export type StopDecision =
  | 'stop_training'
  | 'stopped_already'
  | 'withdraw_deployment'
  | 'deployment_in_progress'
  | 'nothing_to_stop';

export function decideStop(training: TrainingRunStatus, newestDeployment: DeploymentStatus | 'none'): StopDecision {
  switch (training) {
    case 'requested':
    case 'training':
    case 'timed_out':
      return 'stop_training';
    case 'stopped':
      return newestDeployment === 'none' ? 'stopped_already' : ofDeployment(newestDeployment);
    case 'completed':
    case 'failed':
      return ofDeployment(newestDeployment);
  }
}

function ofDeployment(status: DeploymentStatus | 'none'): StopDecision {
  switch (status) {
    case 'queued':
    case 'awaiting_approval':
      return 'withdraw_deployment';
    case 'in_progress':
      return 'deployment_in_progress';
    case 'none':
    case 'deployed':
    case 'rolled_back':
    case 'failed':
    case 'superseded':
    case 'rejected':
      return 'nothing_to_stop';
  }
}
