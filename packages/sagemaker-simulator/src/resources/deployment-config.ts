import { validationError } from '../aws-error.ts';

export interface DeploymentConfig {
  BlueGreenUpdatePolicy?: object;
  RollingUpdatePolicy?: object;
  AutoRollbackConfiguration?: object;
}

/** SageMaker accepts one policy only; the wording of the error is made up. */
export function requireOnePolicy(config: DeploymentConfig | undefined): void {
  if (config?.BlueGreenUpdatePolicy && config.RollingUpdatePolicy) {
    throw validationError('Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy can be specified in DeploymentConfig.');
  }
}
