import { expect, it } from 'vitest';
import { checkQueueName } from '../../src/queue/jobs.ts';
import { createHandlers } from '../../src/worker/handlers.ts';
import { startTestContext } from '../services/harness.ts';

it('counts errors from now when a clock that was set back wrote their begin in the future', async () => {
  const context = await startTestContext();
  const name = await context.start();
  context.simulator.addFault({ kind: 'throttle', match: { operation: 'DescribeTrainingJob' }, times: 'forever' });
  const handler = createHandlers(context.ctx).find(({ queueName }) => queueName === checkQueueName);
  const data = { training_job_name: name, endpoint_name: 'live', actor: 'poll', failing_since: context.clock.now + 3_600_000 };
  const outcome = await handler?.handle(data, { signal: new AbortController().signal, log: context.ctx.log });
  expect(outcome).toMatchObject({ kind: 'snooze', failingSince: context.clock.now });
});
