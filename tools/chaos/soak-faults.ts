import { setTimeout as delay } from 'node:timers/promises';
import type { CrashSystem } from './system.ts';
import { pauseMs } from './faults.ts';
import type { ManagedProcess } from './managed-process.ts';
import { type SoakFault, temporarily, addFaults, atNextCall } from './soak-fault.ts';
import { deliveryFaults } from './soak-delivery-faults.ts';
import { environmentFaults } from './soak-environment-faults.ts';
import { postgresFaults } from './soak-postgres-faults.ts';
import { injectedReason } from './soak-ledger.ts';

const anyWorker = ({ workers }: CrashSystem, random: () => number) => workers[Math.floor(random() * workers.length)];

/** Acts at the next call by which a worker changes an endpoint. */
const atNextEndpointCall = (
  system: CrashSystem,
  when: 'before' | 'after',
  act: (worker: ManagedProcess) => Promise<unknown>,
): Promise<string> => atNextCall(system, { calls: ['CreateEndpoint', 'UpdateEndpoint', 'DeleteEndpoint'], when }, act);

/** The service waits so long for a change in flight (inFlightWindowMs), less the 5 s that its worker may take to send it. */
const longestHoldMs = 9000;

const faults: readonly SoakFault[] = [
  {
    name: 'kill -9 of a worker',
    weight: 6,
    inject: async (system, random) => {
      const worker = anyWorker(system, random);
      worker?.kill();
      return worker?.name;
    },
  },
  { name: 'kill -9 of all workers', weight: 1, inject: async ({ workers }) => workers.forEach((worker) => worker.kill()) },
  { name: 'kill -9 of the API', weight: 3, inject: async (system) => system.process('api').kill() },
  { name: 'kill -9 of Redis', weight: 2, inject: (system) => system.killRedis() },
  { name: 'FLUSHALL of Redis', weight: 2, inject: (system) => system.flushRedis() },
  {
    name: 'a worker paused for longer than its job lock',
    weight: 2,
    inject: async (system, random) => {
      const worker = anyWorker(system, random);
      worker?.pause();
      await delay(pauseMs);
      worker?.resume();
      return worker?.name;
    },
  },
  {
    name: 'a worker paused for longer than its job lock, in a call that changes an endpoint',
    weight: 2,
    inject: (system) =>
      atNextEndpointCall(system, 'after', async (worker) => {
        worker.pause();
        await delay(pauseMs);
        worker.resume();
      }),
  },
  {
    name: 'a call that changes an endpoint delayed, its worker killed, FLUSHALL of Redis',
    weight: 2,
    inject: (system, random) =>
      atNextEndpointCall(system, 'before', async (worker) => {
        worker.kill();
        await system.flushRedis();
        await delay(random() * longestHoldMs);
      }),
  },
  {
    name: 'a call that changes an endpoint delayed, its worker paused, FLUSHALL of Redis',
    weight: 2,
    inject: (system, random) =>
      atNextEndpointCall(system, 'before', async (worker) => {
        worker.pause();
        await system.flushRedis();
        await delay(random() * longestHoldMs);
        worker.resume();
      }),
  },
  {
    name: 'an update rolled back, its response lost',
    weight: 2,
    inject: addFaults(
      { kind: 'roll_back_update', reason: injectedReason, match: { operation: 'UpdateEndpoint' } },
      { kind: 'lose_response', match: { operation: 'UpdateEndpoint' } },
    ),
  },
  { name: 'responses lost', weight: 3, inject: addFaults({ kind: 'lose_response', times: 10, probability: 0.3 }) },
  { name: 'requests lost', weight: 2, inject: addFaults({ kind: 'lose_request', times: 10, probability: 0.3 }) },
  {
    name: 'errors after the effect',
    weight: 2,
    inject: addFaults({ kind: 'error', times: 8, probability: 0.3, afterEffect: true }),
  },
  { name: 'slow calls', weight: 2, inject: addFaults({ kind: 'delay', ms: 1500, times: 15, probability: 0.3 }) },
  { name: 'calls that hang', weight: 1, inject: addFaults({ kind: 'hang', times: 3, probability: 0.2 }) },
  { name: 'throttling', weight: 2, inject: temporarily(6000, { kind: 'rate_limit', perSecond: 1 }) },
  ...environmentFaults,
  ...deliveryFaults,
];

/** An injected fault, from its beginning to its end; milliseconds since 1970 UTC. */
export interface Injected {
  name: string;
  from: number;
  /** null while it lasts. */
  to: number | null;
}

/** Injects one fault, chosen at random, and adds it to `injected`. Resolves with its name when it is over. */
export async function injectOnce(system: CrashSystem, random: () => number, injected: Injected[]): Promise<string> {
  const known = system.database.engine === 'postgres' ? [...faults, ...postgresFaults] : faults;
  const total = known.reduce((sum, { weight }) => sum + weight, 0);
  let left = random() * total;
  const fault = known.find(({ weight }) => (left -= weight) < 0) ?? known[0];
  if (fault === undefined) throw new Error('no faults');
  const entry: Injected = { name: fault.name, from: Date.now(), to: null };
  injected.push(entry);
  try {
    const detail = await fault.inject(system, random);
    if (typeof detail === 'string') entry.name += ` (${detail})`;
    return entry.name;
  } finally {
    entry.to = Date.now();
  }
}
