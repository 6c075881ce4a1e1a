import { DefaultRateLimiter } from '@smithy/core/retry';
import { raceAbort } from '../async/race-abort.ts';

/**
 * Limits the requests of one operation, in their order: none until SageMaker throttles it, from then on to a rate that falls with
 * every throttle and rises again with success (the SDK's adaptive mode). One limiter an operation, as SageMaker's quotas are: the
 * SDK's own adaptive mode has one for a whole client, and a throttled CreateTrainingJob (1 a second) would hold back every
 * DescribeTrainingJob.
 *
 * The queue is this class's own, because a caller can't leave the SDK's limiter: aborted calls would use up the rate.
 */
export class AdaptiveRateLimiter {
  readonly #limiter: DefaultRateLimiter;
  #last: Promise<void> = Promise.resolve();
  /** A permit that an aborted call did not use: the next one in the queue takes it. */
  #permit: Promise<void> | null = null;

  /** @param leastRate to which throttles lower the rate, a second; by default the SDK's, one in two seconds. */
  constructor(leastRate?: number) {
    this.#limiter = new DefaultRateLimiter({ minFillRate: leastRate });
  }

  /** Waits until one request may be sent. @throws the signal's reason when it is aborted first. */
  async acquire(signal: AbortSignal): Promise<void> {
    const before = this.#last;
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    this.#last = before.then(() => over);
    try {
      await raceAbort(before, signal);
      this.#permit ??= this.#limiter.getSendToken();
      await raceAbort(this.#permit, signal);
      this.#permit = null;
    } finally {
      end();
    }
  }

  /** To be called with the response to each request. */
  recordResponse({ throttled }: { throttled: boolean }): void {
    this.#limiter.updateClientSendingRate(throttled ? { errorType: 'THROTTLING' } : {});
  }
}
