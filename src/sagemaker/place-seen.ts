import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { type Place, placeOfArn, placeOfWords } from '../core/sagemaker/place.ts';
import type { KnownPlace } from '../ports/sagemaker.ts';

/**
 * The region and the account that this process speaks to, by what SageMaker returns: by the ARNs of training jobs, or else by its words
 * about resources that it did not find. Until then the SDK's own region is all that is known.
 */
export class PlaceSeen {
  readonly #client: SageMakerClient;
  #seen: Place | null = null;
  /** By words only: an ARN counts for more. */
  #guessed: Place | null = null;

  constructor(client: SageMakerClient) {
    this.#client = client;
  }

  responded(arn: string): void {
    this.#seen = placeOfArn(arn) ?? this.#seen;
  }

  refused(message: string): void {
    this.#guessed = placeOfWords(message) ?? this.#guessed;
  }

  async place(): Promise<KnownPlace> {
    if (this.#seen !== null) return { ...this.#seen, isSure: true };
    if (this.#guessed !== null) return { ...this.#guessed, isSure: false };
    return { region: await this.#client.config.region().catch(() => null), account: null, isSure: false };
  }
}
