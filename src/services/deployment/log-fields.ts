import type { Deployment } from '../../core/deployment/deployment.ts';

/** The names that each log line about a deployment has. */
export const deploymentFields = ({
  trainingJobName,
  deploymentId,
  endpointName,
}: Pick<Deployment, 'trainingJobName' | 'deploymentId' | 'endpointName'>): object => ({
  training_job_name: trainingJobName,
  deployment_id: deploymentId,
  endpoint_name: endpointName,
});
