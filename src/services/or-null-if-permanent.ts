import { isTransient } from '../core/decide-retry.ts';
import { SageMakerError } from '../core/errors.ts';

/**
 * For reads that are useful and not necessary, such as tags: `call.catch(orNullIfPermanent)` returns null where SageMaker does not give
 * the information, or not to this service. @throws {SageMakerError} that is transient.
 */
export function orNullIfPermanent(error: unknown): null {
  if (error instanceof SageMakerError && !isTransient(error.kind)) return null;
  throw error;
}
