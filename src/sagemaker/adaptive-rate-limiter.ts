import { DefaultRateLimiter } from '@smithy/core/retry';
import { raceAbort } from '../async/race-abort.ts';

/**
 * Lets the requests of one operation out, first come, first served: at once until SageMaker throttles it, from then on at a rate
 * that falls with every throttle and rises again with success (the SDK's adaptive mode). One gate an operation, because the
 * quotas are: the SDK's own adaptive mode has one for a whole client, and a throttled CreateTrainingJob (1 a second) would
 * hold back every DescribeTrainingJob.
 *
 * The queue is ours, because whoever waits in the SDK's limiter can't leave it: callers who gave up would use up the rate.
 */
export class AdaptiveRateLimiter {
  readonly #limiter = new DefaultRateLimiter();
  #last: Promise<void> = Promise.resolve();
  /** A leave to send that was asked for and not used yet: it falls to the next in the queue when its asker gives up. */
  #leave: Promise<void> | null = null;

  /** Waits for leave to send one request. @throws the signal's reason when it is aborted first. */
  async pass(signal: AbortSignal): Promise<void> {
    const before = this.#last;
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    this.#last = before.then(() => over);
    try {
      await raceAbort(before, signal);
      this.#leave ??= this.#limiter.getSendToken();
      await raceAbort(this.#leave, signal);
      this.#leave = null;
    } finally {
      end();
    }
  }

  /** Tells how a request that was let out was answered. */
  responded(how: 'throttled' | 'otherwise'): void {
    this.#limiter.updateClientSendingRate(how === 'throttled' ? { errorType: 'THROTTLING' } : {});
  }
}
