import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { createQueue } from '../../../src/queue/queue.ts';
import { silentLog } from '../../testkit/silent-log.ts';
import { inRounds } from './rounds.ts';

const delayMs = 600_000;

/** Queues a check: through the service's queue, which verifies that the job waits, and as a direct `add` of BullMQ. */
export async function measureQueue(redisUrl: string, rounds: number): Promise<string[][]> {
  const { hostname: host, port } = new URL(redisUrl);
  const service = createQueue({ redisUrl, queuePrefix: '{service}', log: silentLog });
  const direct = new Queue('check-training', { connection: { host, port: Number(port) }, prefix: '{direct}' });
  try {
    await Promise.all([service.probe(), direct.waitUntilReady()]);
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
          service: () =>
            service.scheduleTrainingCheck(
              { trainingJobName: `job-${randomUUID()}`, endpointName: 'sentiment-endpoint' },
              delayMs,
            ),
        },
        { atOnce, rounds },
      );
      rows.push(row);
    }
    return rows;
  } finally {
    await Promise.all([service.close(), direct.close()]);
  }
}
