import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { createQueue } from '../../../src/queue/queue.ts';
import type { Logger } from '../../../src/ports/logger.ts';
import { inTurns } from './rounds.ts';

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const delayMs = 600_000;

/** A check that is queued: through our queue, which makes sure that it will be looked at, and as BullMQ's bare `add`. */
export async function measureQueue(redisUrl: string, rounds: number): Promise<string[][]> {
  const { hostname: host, port } = new URL(redisUrl);
  const ours = createQueue({ redisUrl, queuePrefix: '{ours}', log: silent });
  const bare = new Queue('check-training', { connection: { host, port: Number(port) }, prefix: '{bare}' });
  try {
    await Promise.all([ours.probe(), bare.waitUntilReady()]);
    const rows: string[][] = [];
    for (const atOnce of [1, 10]) {
      const row = await inTurns(
        `its job in the queue, ${atOnce} at once`,
        {
          bare: async () => {
            const name = `job-${randomUUID()}`;
            const data = { training_job_name: name, endpoint_name: 'sentiment-endpoint', trouble_since: null };
            await bare.add(name, data, { jobId: `check-${name}`, delay: delayMs });
          },
          ours: () => ours.watchTraining({ trainingJobName: `job-${randomUUID()}`, endpointName: 'sentiment-endpoint' }, delayMs),
        },
        { atOnce, rounds },
      );
      rows.push(row);
    }
    return rows;
  } finally {
    await Promise.all([ours.close(), bare.close()]);
  }
}
