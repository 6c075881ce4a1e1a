/** What the scenarios share that send the same requests in alternate rounds. */
import type { HttpClient } from './http-client.ts';
import { drive } from './load.ts';
import { percentile } from './statistics.ts';

/** Sends `calls` requests for a path, `atOnce` at a time, and adds how long each took as one more round. */
export const timedRequests =
  (client: HttpClient, { atOnce, calls }: { atOnce: number; calls: number }) =>
  async (path: string, rounds: number[][]): Promise<void> => {
    const tookMs: number[] = [];
    const one = async (): Promise<void> => {
      const from = performance.now();
      await client.ask('GET', path);
      tookMs.push(performance.now() - from);
    };
    await drive(one, atOnce, { calls });
    rounds.push(tookMs);
  };

/** Of the rounds: a pause of the machine in one of them does not count. */
export const percentileOfRounds = (rounds: readonly number[][], percent: number): number =>
  percentile(
    rounds.map((tookMs) => percentile(tookMs, percent)),
    50,
  );
