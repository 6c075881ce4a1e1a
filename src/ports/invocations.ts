import type { CallOptions } from './sagemaker.ts';

export interface Invocation {
  endpointName: string;
  /** At most 6 MiB, which is SageMaker's limit. */
  body: string | Uint8Array;
  contentType: string;
  accept?: string;
  /** For the whole call. SageMaker gives the model 60 s. */
  timeoutMs: number;
}

/** What the model behind an endpoint made of a request. */
export type InvocationResult =
  | {
      kind: 'response';
      /** As UTF-8, cut off after `longestResponseBytes`. */
      body: string;
      isCutOff: boolean;
      contentType: string | null;
      /** The production variant that responded; the two fleets of a rollout have the same. */
      variant: string | null;
    }
  /** The model's container returned an error, or nothing in time (docs/reference/sagemaker-behavior.md#a-models-error-is-a-424). */
  | {
      kind: 'model_error';
      /** The container's HTTP status; null where SageMaker does not say. */
      originalStatus: number | null;
      /** SageMaker's text, in which it quotes the container's. */
      message: string;
      logStreamArn: string | null;
    };

/** How much of a model's response is kept. */
export const longestResponseBytes = 256 * 1024;

/** Requests to live endpoints, through SageMaker's runtime. */
export interface Invocations {
  /**
   * Sends the request once: the caller retries. `hide` of the options should hold what of the body is secret, since containers repeat it.
   *
   * @throws {SageMakerError} for what no model said: `throttled` (429), `unavailable` (5xx, 530, a model that is not ready, no
   * response in time), `not_found` (no endpoint that serves), `invalid`, `access_denied` and the others;
   * or what `beforeSend` threw.
   */
  invokeEndpoint(invocation: Invocation, options?: CallOptions): Promise<InvocationResult>;
}
