import { isTransient } from '../core/decide-retry.ts';
import { SageMakerError } from '../core/errors.ts';

/** What does not pass is an answer: SageMaker does not tell, or not us. For reads that are good to have and not vital, such as tags: `call.catch(orNullIfPermanent)`. @throws what may pass. */
export function orNullIfPermanent(error: unknown): null {
  if (error instanceof SageMakerError && !isTransient(error.kind)) return null;
  throw error;
}
