import { expect, it } from 'vitest';
import { checkQueueName } from '../../src/queue/jobs.ts';
import { createHandlers } from '../../src/worker/handlers.ts';
import { startWorld } from '../services/harness.ts';

it('counts trouble that began in the future, by a clock that was put back, from now', async () => {
  const world = await startWorld();
  const name = await world.start();
  world.simulator.addFault({ kind: 'throttle', match: { operation: 'DescribeTrainingJob' }, times: 'forever' });
  const handler = createHandlers(world.services).find(({ queueName }) => queueName === checkQueueName);
  const data = { training_job_name: name, endpoint_name: 'live', actor: 'poll', trouble_since: world.clock.now + 3_600_000 };
  const outcome = await handler?.handle(data, { signal: new AbortController().signal, log: world.services.log });
  expect(outcome).toMatchObject({ kind: 'again', troubleSince: world.clock.now });
});
