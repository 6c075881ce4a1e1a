import { validationError } from '../http/aws-error.ts';

export interface DeploymentConfig {
  BlueGreenUpdatePolicy?: object;
  RollingUpdatePolicy?: object;
  AutoRollbackConfiguration?: object;
}

/** One policy only (sagemaker-facts, section 5); the wording is ours. */
export function requireOnePolicy(config: DeploymentConfig | undefined): void {
  if (config?.BlueGreenUpdatePolicy && config.RollingUpdatePolicy) {
    throw validationError('Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy can be specified in DeploymentConfig.');
  }
}
