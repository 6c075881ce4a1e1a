import { setTimeout as delay } from 'node:timers/promises';
import type { FaultSpec } from 'sagemaker-simulator';
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
