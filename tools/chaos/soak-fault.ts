import { setTimeout as delay } from 'node:timers/promises';
import type { FaultSpec } from 'sagemaker-simulator';
import type { InjectionPoint } from './breakpoints.ts';
import type { ManagedProcess } from './managed-process.ts';
import { endpoints } from './soak-endpoints.ts';
import type { CrashSystem } from './system.ts';

export interface SoakFault {
  name: string;
  weight: number;
  /** Resolves when it is over; a string is added to the name in the log. */
  inject: (system: CrashSystem, random: () => number) => Promise<unknown>;
}

export const addFaults =
  (...faults: FaultSpec[]) =>
  (system: CrashSystem): Promise<unknown> =>
    system.simulator.addFaults(faults);

/** Adds the fault, and removes it after so long. */
export const temporarily =
  (ms: number, fault: FaultSpec) =>
  async (system: CrashSystem, random: () => number): Promise<void> => {
    const id = `soak-fault-${Math.floor(random() * 2 ** 31)}`;
    await system.simulator.addFaults([{ ...fault, id }]);
    await delay(ms);
    await system.simulator.removeFault(id);
  };

const callWithinMs = 15_000;

/** Acts at the next of these messages that a worker sends about an endpoint. @returns which one, and the worker; or that none came. */
export async function atNextCall(
  system: CrashSystem,
  { calls, via = 'sagemaker', when }: { calls: readonly string[]; via?: InjectionPoint['via']; when: 'before' | 'after' },
  act: (worker: ManagedProcess) => Promise<unknown>,
): Promise<string> {
  const over = Promise.withResolvers<string>();
  let came = false;
  const breakpoints = calls.map((what) =>
    system.breakpoints.set({
      point: { sender: 'worker', via, what, when },
      names: endpoints,
      act: (process) => {
        came = true;
        for (const { remove } of breakpoints) remove();
        const acted = act(system.process(process));
        acted.then(() => over.resolve(`${what}, ${process}`), over.reject);
        // The message passes, whatever becomes of the fault.
        const passes = acted.then(
          () => 'pass' as const,
          () => 'pass' as const,
        );
        return when === 'before' ? passes : 'pass';
      },
    }),
  );
  const none = delay(callWithinMs).then(() => (came ? over.promise : 'none came'));
  return Promise.race([over.promise, none]).finally(() => {
    for (const { remove } of breakpoints) remove();
  });
}
