/** What others have met in the field, at random. */
import { type SoakFault, spell, problem } from './soak-fault.ts';
import { endpoints } from './soak-load.ts';

const noCapacity = 'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.';

const pick = <T>(items: readonly T[], random: () => number): T | undefined => items[Math.floor(random() * items.length)];

export const environmentFaults: readonly SoakFault[] = [
  {
    name: 'Redis demoted, connections left open',
    weight: 2,
    inject: (system, random) => system.demoteRedis(1000 + random() * 6000),
  },
  { name: 'Redis without memory', weight: 1, inject: (system, random) => system.starveRedis(1000 + random() * 4000) },
  { name: 'the database locked by somebody', weight: 2, inject: (system, random) => system.lockDatabase(500 + random() * 6000) },
  {
    name: 'the configuration of a live endpoint deleted',
    weight: 2,
    inject: async (system, random) => {
      const endpoint = pick(endpoints, random) ?? '';
      await system.simulator.deleteLiveConfig(endpoint).catch(() => undefined);
      return endpoint;
    },
  },
  { name: 'no capacity for an update', weight: 2, inject: problem({ kind: 'roll_back_update', reason: noCapacity, times: 2 }) },
  {
    name: 'credentials that are refused',
    weight: 1,
    inject: spell(4000, {
      kind: 'error',
      status: 400,
      code: 'ExpiredTokenException',
      message: 'The security token included in the request is expired',
      times: 'forever',
    }),
  },
];
