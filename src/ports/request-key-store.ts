import type { Deployment } from '../core/deployment/deployment.ts';

/** A caller's Idempotency-Key, with a digest of all that its request says. */
export interface RequestKey {
  key: string;
  digest: string;
}

/** What a request with a key comes to that another one has used. */
export type UsedKey =
  | { kind: 'repeated'; deployment: Deployment }
  /** The other request says something else. */
  | { kind: 'key_taken' };

/** Keys of requests that were carried out, each recorded with its change; they are deleted with the run. */
export interface RequestKeyStore {
  /** The digest of the request that used the key. */
  findDigest(key: string): Promise<string | null>;
}
