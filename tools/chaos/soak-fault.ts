import { setTimeout as delay } from 'node:timers/promises';
import type { FaultSpec } from 'sagemaker-simulator';
import type { CrashSystem } from './system.ts';

export interface SoakFault {
  name: string;
  weight: number;
  /** Resolves when it is over; with a text that says more of it, or with anything else. */
  inject: (system: CrashSystem, random: () => number) => Promise<unknown>;
}

export const problem =
  (...faults: FaultSpec[]) =>
  (system: CrashSystem): Promise<unknown> =>
    system.simulator.addFaults(faults);

/** For a while, then gone. */
export const spell =
  (ms: number, fault: FaultSpec) =>
  async (system: CrashSystem, random: () => number): Promise<void> => {
    const id = `spell-${Math.floor(random() * 2 ** 31)}`;
    await system.simulator.addFaults([{ ...fault, id }]);
    await delay(ms);
    await system.simulator.removeFault(id);
  };
