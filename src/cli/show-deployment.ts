import type { DeploymentBody } from '../api/schemas/deployment.ts';
import type { Cli } from './cli.ts';

/** On one line: id, training, status, endpoint. */
export function showDeployment(cli: Cli, deployment: DeploymentBody, { json }: { json?: boolean }): void {
  if (json === true) return cli.printJson(deployment);
  const { deployment_id: id, training_job_name: name, status, endpoint_name: endpoint, waits_for: waitsFor } = deployment;
  cli.print([id, name, status, endpoint].join('  '));
  if (waitsFor !== null) cli.say(`It waits: ${waitsFor.detail ?? waitsFor.kind}`);
}
