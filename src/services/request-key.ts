import { ServiceError } from '../core/errors.ts';
import type { RequestKey } from '../ports/store.ts';
import { digestOf } from './digest.ts';

/** An Idempotency-Key with what its request says: `says` has all that makes a difference. null for a request without one. */
export const requestKeyOf = (
  key: string | null | undefined,
  says: { verb: string; [part: string]: unknown },
): RequestKey | null => (key == null ? null : { key, digest: digestOf(says) });

export const keyTaken = (): ServiceError =>
  new ServiceError('idempotency_conflict', 'The Idempotency-Key was used with another request');
