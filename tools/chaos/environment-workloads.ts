/** Work in an account where things happen: clean-ups, and too few machines. */
import type { CrashSystem } from './system.ts';
import type { Work, Workload } from './workloads.ts';
import { create, update } from './workloads.ts';

const noCapacity = 'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.';

const endpointOf = ({ about }: Work): string => about.at(-1) ?? '';

const change = ({ expects, ...work }: Work, name: string, more: object): Work => ({
  ...work,
  expects: expects.map((one) => (one.name === name ? { ...one, ...more } : one)),
});

/** The configuration that the live endpoint is on has been deleted by somebody's clean-up. */
export const cleanedUp: Workload = async (system, name) => {
  const work = await update(system, name);
  await system.simulator.deleteLiveConfig(endpointOf(work));
  return change({ ...work, about: [...work.about, `${name}-old`] }, `${name}-old`, { madeAgain: true });
};

const short = async (system: CrashSystem, work: Work, fault: 'roll_back_update' | 'fail_endpoint'): Promise<Work> => {
  const operation = fault === 'roll_back_update' ? 'UpdateEndpoint' : 'CreateEndpoint';
  await system.simulator.addFaults([{ kind: fault, reason: noCapacity, match: { operation, nameContains: endpointOf(work) } }]);
  return change(work, work.about[0] ?? '', { requestedAtMost: 'twice' });
};

/** There is no capacity for the first update. */
export const shortUpdate: Workload = async (system, name) => short(system, await update(system, name), 'roll_back_update');

/** There is no capacity for the new endpoint: it ends Failed, is deleted, and created anew. */
export const shortCreate: Workload = async (system, name) => short(system, await create(system, name), 'fail_endpoint');

/** Somebody deletes what is made for the training while it is deployed. */
export const raided: Workload = async (system, name) => change(await update(system, name), `${name}-new`, { madeAgain: true });
