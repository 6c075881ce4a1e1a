import type { Redis } from 'ioredis';
import type { LoggedCall } from 'sagemaker-simulator';
import { project } from '../direct-sdk.ts';

const queueKey = `{autodeploy-${project}}:check-training`;
const key = `${queueKey}:delayed`;
/** BullMQ keeps a delayed job's instant in the score, with a counter in its lowest 12 bits. */
const scoreOfMs = 0x1000;
const idPrefix = 'check-';

/** When the poll of each run is due, by Redis: observed often enough, each such instant is known before it comes. */
export class DueTimes {
  readonly #redis: Redis;
  /** The instants by run. */
  readonly #due = new Map<string, Set<number>>();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** The number of runs that have a job in the queue, in any state. */
  async jobs(): Promise<number> {
    const lengths = [this.#redis.zcard(key), this.#redis.llen(`${queueKey}:wait`), this.#redis.llen(`${queueKey}:active`)];
    return (await Promise.all(lengths)).reduce((sum, length) => sum + length, 0);
  }

  async observe(): Promise<void> {
    const entries = await this.#redis.zrange(key, '0', '-1', 'WITHSCORES');
    for (let index = 0; index < entries.length; index += 2) {
      const name = (entries[index] ?? '').slice(idPrefix.length);
      const due = this.#due.get(name) ?? new Set<number>();
      this.#due.set(name, due.add(Math.floor(Number(entries[index + 1]) / scoreOfMs)));
    }
  }

  /** The lateness of each poll that was due in the window, in milliseconds; null for a poll that never came. */
  lateness(calls: readonly LoggedCall[], window: { from: number; to: number }): (number | null)[] {
    const observations = new Map<string, number[]>();
    for (const { name, at } of calls) if (name !== null) observations.set(name, [...(observations.get(name) ?? []), at]);
    return [...this.#due].flatMap(([name, instants]) =>
      [...instants]
        .filter((due) => due >= window.from && due < window.to)
        .map((due) => {
          const at = (observations.get(name) ?? []).find((instant) => instant >= due);
          return at === undefined ? null : at - due;
        }),
    );
  }
}
