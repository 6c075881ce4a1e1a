/** Workloads of retention: what a third training for an endpoint makes of the first one's model and configuration. */
import { tagKeys } from '../../src/core/sagemaker/tags.ts';
import { accept, isOver, onEndpoint, runThat, turnedDown, under } from './delivery-workloads.ts';
import type { CrashSystem } from './system.ts';
import { deployAndWait, deployed, type Work } from './workloads.ts';

const endpointOf = (name: string): string => `ep-${name}`;

/** The first is what the clean-up deletes, once the third is live; the second is what a rollback goes back to. */
export const cleanedUp = under('retention', async (system, name) => {
  const endpoint = endpointOf(name);
  for (const number of [1, 2]) await deployAndWait(system, `${name}-${number}`, endpoint);
  const [first, second, third] = [`${name}-1`, `${name}-2`, `${name}-3`] as const;
  return {
    names: [first, third, endpoint],
    perform: async () => {
      await system.client.bootstrap({ name: third, endpoint });
      await runThat(system, third, isOver);
    },
    expects: [deployed(first), deployed(second), deployed(third)],
    live: { [endpoint]: third },
    cleanedUp: { gone: [first], kept: [second, third] },
  };
});

const rolledBackTo = ({ names: [first = ''] }: Work): string => first;

/** While the first one's model and configuration are deleted, a person goes back to exactly that one. */
export const rolledBackMeanwhile = under('retention', async (system, name) => {
  const work = await cleanedUp(system, name);
  const endpoint = endpointOf(name);
  const [first, second, third] = [`${name}-1`, `${name}-2`, `${name}-3`] as const;
  return {
    ...work,
    expects: [deployed(first, { requestedAtMost: 'deployments', recreated: true }), deployed(second), deployed(third)],
    live: { [endpoint]: first },
    cleanedUp: { gone: [], kept: [first, second, third] },
    tags: [turnedDown(third, 'rollback'), onEndpoint(name, tagKeys.rolledBackAt, /./), onEndpoint(name, tagKeys.hold, /worse/)],
  };
});

/** To what the clean-up deletes. */
export const rollBack = ({ client }: CrashSystem, work: Work): Promise<void> =>
  accept(client.rollBack(work.names.at(-1) ?? '', rolledBackTo(work)), [202]);
