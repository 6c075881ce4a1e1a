/** Faults that operators have met, at random. */
import { type SoakFault, temporarily, addFaults } from './soak-fault.ts';
import { noCapacity } from './environment-workloads.ts';
import { endpoints } from './soak-endpoints.ts';
import { pick } from './soak-ledger.ts';

export const environmentFaults: readonly SoakFault[] = [
  {
    name: 'Redis demoted to a replica, connections left open',
    weight: 2,
    inject: (system, random) => system.demoteRedis(1000 + random() * 6000),
  },
  { name: 'Redis out of memory', weight: 1, inject: (system, random) => system.starveRedis(1000 + random() * 4000) },
  {
    name: 'database locked by another program',
    weight: 2,
    inject: (system, random) => system.database.lock(500 + random() * 6000),
  },
  {
    name: 'the configuration of a live endpoint deleted',
    weight: 2,
    inject: async (system, random) => {
      const endpoint = pick(endpoints, random) ?? '';
      await system.simulator.deleteLiveConfig(endpoint).catch(() => undefined);
      return endpoint;
    },
  },
  { name: 'no capacity for an update', weight: 2, inject: addFaults({ kind: 'roll_back_update', reason: noCapacity, times: 2 }) },
  {
    name: 'credentials refused',
    weight: 1,
    inject: temporarily(4000, {
      kind: 'error',
      status: 400,
      code: 'ExpiredTokenException',
      message: 'The security token included in the request is expired',
      times: 'forever',
    }),
  },
];
