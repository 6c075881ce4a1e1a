/** The one door of the service's tests to what the simulator's own tests stand on: a clock to move, the SDK, valid requests. */
export * from '../../packages/sagemaker-simulator/test/harness.ts';
