import { SagemakerError, type SagemakerErrorKind } from '../core/errors.ts';

/** What passes by itself; everything else is an answer: SageMaker does not tell, or not us. */
const transient: readonly SagemakerErrorKind[] = ['throttled', 'unavailable', 'busy'];

/** For reads that are good to have and not vital, such as tags: `call.catch(nullUnlessTransient)`. @throws what may pass. */
export function nullUnlessTransient(error: unknown): null {
  if (error instanceof SagemakerError && !transient.includes(error.kind)) return null;
  throw error;
}
