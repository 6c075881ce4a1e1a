import { setTimeout as wait } from 'node:timers/promises';

const firstSize = 8;
/** A request that takes long holds the others up no longer than this. */
export const longestBurstWaitMs = 2_000;

/**
 * How many requests may be without a response while nothing is known of their rate: few at first, and one more with each that succeeds, so
 * that their number doubles with each round trip. Of a burst that SageMaker throttles few are throttled; an account that throttles nothing
 * is not slowed down.
 */
export class BurstWindow {
  #size = firstSize;
  #inFlight = 0;
  #waiting: (() => void)[] = [];

  /** Returns false, when there was no room, as soon as there may be: then the caller begins again. */
  async enter(isForced: boolean, signal: AbortSignal): Promise<boolean> {
    if (isForced || this.#inFlight < this.#size) {
      this.#inFlight += 1;
      return true;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    await Promise.race([promise, wait(longestBurstWaitMs, undefined, { signal }).catch(() => undefined)]);
    this.#waiting = this.#waiting.filter((one) => one !== resolve);
    return false;
  }

  /** To be called with the response, or without one (`none`), for each request that entered. */
  leave(response: 'ok' | 'throttled' | 'none'): void {
    this.#inFlight -= 1;
    if (response === 'ok') this.#size += 1;
    if (response === 'throttled') this.#size = firstSize;
    const room = response === 'throttled' ? this.#waiting.length : Math.max(0, this.#size - this.#inFlight);
    for (const resolve of this.#waiting.splice(0, room)) resolve();
  }
}
