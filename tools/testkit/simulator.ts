/** The only import of the harness of the simulator's own tests: a clock that tests move, the SDK, valid requests. */
export * from '../../packages/sagemaker-simulator/test/harness.ts';
