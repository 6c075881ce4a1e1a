/** Workloads in an account with clean-up scripts and with too little capacity. */
import type { CrashSystem } from './system.ts';
import type { Work, Workload } from './workloads.ts';
import { create, update } from './workloads.ts';

/** SageMaker's text where it has no capacity (src/core/deployment/endpoint-failure.ts has its sources). */
export const noCapacity = 'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.';

const endpointOf = ({ names }: Work): string => names.at(-1) ?? '';

const withExpectation = ({ expects, ...work }: Work, name: string, more: object): Work => ({
  ...work,
  expects: expects.map((one) => (one.name === name ? { ...one, ...more } : one)),
});

/** A clean-up script has deleted the configuration that the live endpoint uses. */
export const liveConfigDeleted: Workload = async (system, name) => {
  const work = await update(system, name);
  await system.simulator.deleteLiveConfig(endpointOf(work));
  return withExpectation({ ...work, names: [...work.names, `${name}-old`] }, `${name}-old`, { recreated: true });
};

const withoutCapacity = async (system: CrashSystem, work: Work, fault: 'roll_back_update' | 'fail_endpoint'): Promise<Work> => {
  const operation = fault === 'roll_back_update' ? 'UpdateEndpoint' : 'CreateEndpoint';
  await system.simulator.addFaults([{ kind: fault, reason: noCapacity, match: { operation, nameContains: endpointOf(work) } }]);
  return withExpectation(work, work.names[0] ?? '', { requestedAtMost: 'twice' });
};

/** SageMaker has no capacity for the first update. */
export const updateWithoutCapacity: Workload = async (system, name) =>
  withoutCapacity(system, await update(system, name), 'roll_back_update');

/** SageMaker has no capacity for the new endpoint: it ends as Failed, and the service deletes it and creates it again. */
export const createWithoutCapacity: Workload = async (system, name) =>
  withoutCapacity(system, await create(system, name), 'fail_endpoint');

/** A clean-up script deletes what the service creates for the training while it deploys it. */
export const createdThenDeleted: Workload = async (system, name) =>
  withExpectation(await update(system, name), `${name}-new`, { recreated: true });
