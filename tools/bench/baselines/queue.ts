import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { createQueue } from '../../../src/queue/queue.ts';
import { silentLog } from '../../testkit/silent-log.ts';
import { inRounds } from './rounds.ts';

const delayMs = 600_000;

/** A check that is queued: through our queue, which makes sure that it will be looked at, and as BullMQ's bare `add`. */
export async function measureQueue(redisUrl: string, rounds: number): Promise<string[][]> {
  const { hostname: host, port } = new URL(redisUrl);
  const ours = createQueue({ redisUrl, queuePrefix: '{ours}', log: silentLog });
  const direct = new Queue('check-training', { connection: { host, port: Number(port) }, prefix: '{bare}' });
  try {
    await Promise.all([ours.probe(), direct.waitUntilReady()]);
    const rows: string[][] = [];
    for (const atOnce of [1, 10]) {
      const row = await inRounds(
        `its job in the queue, ${atOnce} at once`,
        {
          direct: async () => {
            const name = `job-${randomUUID()}`;
            const data = { training_job_name: name, endpoint_name: 'sentiment-endpoint', failing_since: null };
            await direct.add(name, data, { jobId: `check-${name}`, delay: delayMs });
          },
          ours: () =>
            ours.scheduleTrainingCheck({ trainingJobName: `job-${randomUUID()}`, endpointName: 'sentiment-endpoint' }, delayMs),
        },
        { atOnce, rounds },
      );
      rows.push(row);
    }
    return rows;
  } finally {
    await Promise.all([ours.close(), direct.close()]);
  }
}
