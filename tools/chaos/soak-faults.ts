import { setTimeout as delay } from 'node:timers/promises';
import type { CrashSystem } from './system.ts';
import { pauseMs } from './faults.ts';
import type { ManagedProcess } from './managed-process.ts';
import { type SoakFault, spell, problem } from './soak-fault.ts';
import { environmentFaults } from './soak-environment-faults.ts';
import { endpoints, injectedReason } from './soak-load.ts';

const anyWorker = ({ workers }: CrashSystem, random: () => number) => workers[Math.floor(random() * workers.length)];

const callComesWithinMs = 15_000;

/** Strikes at the next effect on an endpoint that a worker asks for, and answers at which. */
async function atNextAsk(
  system: CrashSystem,
  when: 'before' | 'after',
  act: (worker: ManagedProcess) => Promise<unknown>,
): Promise<string> {
  const over = Promise.withResolvers<string>();
  let came = false;
  const wires = ['CreateEndpoint', 'UpdateEndpoint', 'DeleteEndpoint'].map((what) =>
    system.wires.set({
      place: { of: 'worker', via: 'sagemaker', what, when },
      about: endpoints,
      act: (process) => {
        came = true;
        for (const { remove } of wires) remove();
        const acted = act(system.process(process));
        void acted.then(() => over.resolve(`${what}, ${process}`));
        return when === 'before' ? acted.then(() => 'pass') : 'pass';
      },
    }),
  );
  const none = delay(callComesWithinMs).then(() => (came ? over.promise : 'none came'));
  return Promise.race([over.promise, none]).finally(() => {
    for (const { remove } of wires) remove();
  });
}

/** An effect that was asked for is waited for so long (inFlightWindowMs), less the 5 s that its worker may have taken to send it. */
const longestHoldUpMs = 9000;

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
  { name: 'FLUSHALL', weight: 2, inject: (system) => system.flushRedis() },
  {
    name: 'a worker paused past its lock',
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
    name: 'a worker paused past its lock, in an effect on an endpoint',
    weight: 2,
    inject: (system) =>
      atNextAsk(system, 'after', async (worker) => {
        worker.pause();
        await delay(pauseMs);
        worker.resume();
      }),
  },
  {
    name: 'an effect on an endpoint held up, its worker killed, the queue emptied',
    weight: 2,
    inject: (system, random) =>
      atNextAsk(system, 'before', async (worker) => {
        worker.kill();
        await system.flushRedis();
        await delay(random() * longestHoldUpMs);
      }),
  },
  {
    name: 'an effect on an endpoint held up, its worker paused, the queue emptied',
    weight: 2,
    inject: (system, random) =>
      atNextAsk(system, 'before', async (worker) => {
        worker.pause();
        await system.flushRedis();
        await delay(random() * longestHoldUpMs);
        worker.resume();
      }),
  },
  {
    name: 'an update rolled back, its answer lost',
    weight: 2,
    inject: problem(
      { kind: 'roll_back_update', reason: injectedReason, match: { operation: 'UpdateEndpoint' } },
      { kind: 'lose_response', match: { operation: 'UpdateEndpoint' } },
    ),
  },
  { name: 'answers lost', weight: 3, inject: problem({ kind: 'lose_response', times: 10, probability: 0.3 }) },
  { name: 'requests lost', weight: 2, inject: problem({ kind: 'lose_request', times: 10, probability: 0.3 }) },
  {
    name: 'errors after the effect',
    weight: 2,
    inject: problem({ kind: 'error', times: 8, probability: 0.3, afterEffect: true }),
  },
  { name: 'slow calls', weight: 2, inject: problem({ kind: 'delay', ms: 1500, times: 15, probability: 0.3 }) },
  { name: 'calls that hang', weight: 1, inject: problem({ kind: 'hang', times: 3, probability: 0.2 }) },
  { name: 'throttling', weight: 2, inject: spell(6000, { kind: 'rate_limit', perSecond: 1 }) },
  ...environmentFaults,
];

/** A fault that struck, from its beginning to its end; milliseconds since 1970 UTC. */
export interface Injected {
  name: string;
  from: number;
  /** null while it lasts. */
  to: number | null;
}

/** One fault, chosen at random; resolves with its name when it is over. `struck` is told of it when it begins. */
export async function injectOnce(system: CrashSystem, random: () => number, struck: Injected[]): Promise<string> {
  const total = faults.reduce((sum, { weight }) => sum + weight, 0);
  let left = random() * total;
  const fault = faults.find(({ weight }) => (left -= weight) < 0) ?? faults[0];
  if (fault === undefined) throw new Error('no faults');
  const entry: Injected = { name: fault.name, from: Date.now(), to: null };
  struck.push(entry);
  const of = await fault.inject(system, random);
  if (typeof of === 'string') entry.name += ` (${of})`;
  entry.to = Date.now();
  return entry.name;
}
