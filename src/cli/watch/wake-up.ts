import type { Api } from '../http/api.ts';
import { FeedMissingError, readFeed } from '../feed/read-feed.ts';

/**
 * Says when a run has changed, by the history feed. Where the feed is missing or broken off, `intervalMs` is that of a poll: what is watched
 * is read again then, so that no change is missed for long whatever becomes of the feed.
 */
export class WakeUp {
  #wake: () => void = () => {};
  #hasChanged = false;
  #isFollowing = false;

  /** Until the signal ends it. */
  follow(api: Api, { trainingJobName, after, signal }: { trainingJobName: string; after: number; signal: AbortSignal }): void {
    const read = async (): Promise<void> => {
      const onBreak = (): void => void (this.#isFollowing = false);
      const query = { training_job_name: trainingJobName };
      for await (const _ of readFeed(api, { after, query, signal, onBreak, onOpen: () => void (this.#isFollowing = true) })) {
        this.#hasChanged = true;
        this.#wake();
      }
    };
    // Reading the run itself reports what is wrong with the service.
    void read().catch((error: unknown) => {
      this.#isFollowing = false;
      if (!(error instanceof FeedMissingError)) this.#wake();
    });
  }

  /** How long to wait without a change before the run is read again. */
  get intervalMs(): number {
    return this.#isFollowing ? 10_000 : 2000;
  }

  /** Resolves with a change, after `ms`, or with the signal, and never rejects. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#hasChanged && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const finish = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', finish);
          resolve();
        };
        const timer = setTimeout(finish, ms);
        signal.addEventListener('abort', finish);
        this.#wake = finish;
      });
    }
    this.#hasChanged = false;
  }
}
