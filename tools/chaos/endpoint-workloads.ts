/** Workloads in which a person decides about an endpoint: a rollback, a hold. */
import { setTimeout as delay } from 'node:timers/promises';
import { tagKeys } from '../../src/core/sagemaker/tags.ts';
import { accept, isOver, onEndpoint, runThat, turnedDown, under } from './delivery-workloads.ts';
import { deployed, update } from './workloads.ts';

/** Two trainings went live; a person goes back to the first. */
export const rolledBackTo = under('notified', async (system, name) => {
  const endpoint = `ep-${name}`;
  const work = await update(system, name);
  await work.perform();
  await runThat(system, `${name}-new`, isOver);
  return {
    ...work,
    names: [`${name}-old`, `${name}-new`, endpoint],
    // 409: an earlier request, whose response was lost, has done it, and there is nothing further to go back to.
    perform: () => accept(system.client.rollBack(endpoint), [202, 409]),
    expects: [deployed(`${name}-old`, { requestedAtMost: 'deployments' }), deployed(`${name}-new`)],
    live: { [endpoint]: `${name}-old` },
    tags: [
      turnedDown(`${name}-new`, 'rollback'),
      onEndpoint(name, tagKeys.rolledBackAt, /./),
      onEndpoint(name, tagKeys.hold, /worse/),
    ],
  };
});

/** A training completes while its endpoint is held, and goes when the hold ends. */
export const heldAndReleased = under('notified', async (system, name) => {
  const endpoint = `ep-${name}`;
  const work = await update(system, name);
  return {
    ...work,
    perform: async () => {
      await accept(system.client.hold(endpoint));
      await work.perform();
      const run = await runThat(system, `${name}-new`, ({ deployment_status: status }) => status !== 'none');
      if (run.deployment_status !== 'queued')
        throw new Error(`${name}-new is ${run.deployment_status} while ${endpoint} is held`);
      await accept(system.client.release(endpoint));
    },
    tags: [onEndpoint(name, tagKeys.hold, null)],
  };
});

/** Longer than a sweep looks at the tags of a hold that has ended (src/services/delivery/sweep-tags.ts). */
const sweptMs = 15_000;

/** The same, until a worker has found the tags right for long enough. */
export const taggedForGood = under('notified', async (system, name) => {
  const work = await heldAndReleased(system, name);
  return {
    ...work,
    perform: async () => {
      await work.perform();
      await delay(sweptMs);
    },
  };
});
