import type { SageMakerError } from '../../core/errors.ts';

/** SageMaker contradicts itself: it refuses a call because an endpoint exists, or does not, and an observation shows the opposite. */
export class ContradictionError extends Error {
  readonly refusal: SageMakerError;

  constructor(refusal: SageMakerError) {
    super(`${refusal.message} DescribeEndpoint shows it otherwise.`, { cause: refusal });
    this.name = 'ContradictionError';
    this.refusal = refusal;
  }
}
