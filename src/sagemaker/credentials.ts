import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { loadSharedConfigFiles } from '@smithy/core/config';
import type { SageMakerError } from '../core/errors.ts';

/** How often credentials that do not work are fetched again, from a role or a metadata server. */
const renewEveryMs = 5_000;

export interface CredentialsOptions {
  client: Pick<SageMakerClient, 'config'>;
  /** Called when they cease to work, and when they work again. */
  onChange: (problem: SageMakerError | null) => void;
  /** Milliseconds, from any beginning; never set back. */
  uptimeMs: () => number;
}

/** What is known of the service's own AWS credentials from the calls that were made with them. */
export class Credentials {
  readonly #options: CredentialsOptions;
  #problem: SageMakerError | null = null;
  #respondedAt: number | null = null;
  #renewedAt = -Infinity;
  #renewal: Promise<void> = Promise.resolve();

  constructor(options: CredentialsOptions) {
    this.#options = options;
  }

  /** Why they do not work: they can't be found, or AWS refused them at the last call. */
  get problem(): SageMakerError | null {
    return this.#problem;
  }

  /** When something was last learnt of them, by `uptimeMs`; null before the first time. */
  get respondedAt(): number | null {
    return this.#respondedAt;
  }

  /**
   * Resolves when there are some to sign with, found by the SDK's own rules and kept by the SDK. Ones that do not work are fetched again:
   * the SDK keeps what AWS's files held when it read them first, and a session that was ended at AWS until its time is over.
   *
   * @throws whatever the SDK met.
   */
  async get(): Promise<void> {
    if (this.#problem !== null) await this.#renew();
    await this.#options.client.config.credentials();
  }

  /** To be called with each response: the refusal of credentials, or null for any other. */
  responded(refusal: SageMakerError | null): void {
    const changed = (this.#problem === null) !== (refusal === null);
    this.#respondedAt = this.#options.uptimeMs();
    this.#problem = refusal;
    if (changed) this.#options.onChange(refusal);
  }

  #renew(): Promise<void> {
    const now = this.#options.uptimeMs();
    if (now - this.#renewedAt >= renewEveryMs) {
      this.#renewedAt = now;
      this.#renewal = this.#getAnew();
    }
    return this.#renewal;
  }

  /** Where there are none to be had, those at hand may still do: get() says so, or SageMaker. */
  async #getAnew(): Promise<void> {
    await loadSharedConfigFiles({ ignoreCache: true }).catch(() => undefined);
    await this.#options.client.config.credentials({ forceRefresh: true }).catch(() => undefined);
  }
}
