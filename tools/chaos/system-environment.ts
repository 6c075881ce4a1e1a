/** What every program needs to run on this machine. */
export const machine = Object.fromEntries(['PATH', 'HOME', 'TMPDIR', 'LANG'].map((name) => [name, process.env[name]]));

/** Makes a run short: a training takes about a second, an endpoint half a second. */
export const simulatorEnv = {
  SIMULATOR_TRAINING_SECONDS: '1',
  SIMULATOR_STOP_SECONDS: '0.3',
  SIMULATOR_ENDPOINT_SECONDS: '0.5',
  SIMULATOR_ENDPOINT_DELETE_SECONDS: '0.3',
  /** Of bakes and alarms: the shortest bake with a guard takes a second. */
  SIMULATOR_WAIT_SCALE: '0.006',
};

export const serviceEnv = {
  POLL_INTERVAL_SECONDS: '0.3',
  ENDPOINT_POLL_SECONDS: '0.2',
  RECONCILE_INTERVAL_SECONDS: '1',
  PROJECT_NAME: 'crash',
  EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/crash',
  TRAINING_IMAGE: '123456789012.dkr.ecr.us-east-1.amazonaws.com/crash:1',
  MODEL_OUTPUT_S3_URI: 's3://crash/models',
};
