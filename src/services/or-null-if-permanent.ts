import { passesInTime } from '../core/decide-retry.ts';
import { SagemakerError } from '../core/errors.ts';

/** What does not pass is an answer: SageMaker does not tell, or not us. For reads that are good to have and not vital, such as tags: `call.catch(nullUnlessTransient)`. @throws what may pass. */
export function nullUnlessTransient(error: unknown): null {
  if (error instanceof SagemakerError && !passesInTime(error.kind)) return null;
  throw error;
}
