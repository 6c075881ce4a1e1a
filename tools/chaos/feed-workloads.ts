import type { Settings } from 'sagemaker-simulator';
import { smallFleet } from '../../src/core/feed/feed-timing.ts';
import { eventually } from '../testkit/eventually.ts';
import type { CrashSystem } from './system.ts';
import { create, type Work, type Workload } from './workloads.ts';

/** Long enough for two pages of a sweep: shorter ones are described around the feed. */
export const feedIntervalSeconds = 3;

const fleetSize = smallFleet + 5;
const aDay = 86_400;
const atOnce = 10;

/** More trainings than are described each, which run for a day, so that the change feed watches them. */
async function startFleet(system: CrashSystem): Promise<void> {
  if (system.hasFleet) return;
  const { trainingSeconds } = await system.simulator.settings({});
  await system.simulator.settings({ trainingSeconds: aDay });
  const names = Array.from({ length: fleetSize }, (_, number) => `fleet-${number}`);
  for (let start = 0; start < names.length; start += atOnce) {
    const some = names.slice(start, start + atOnce);
    await Promise.all(some.map((name) => system.client.bootstrap({ name, endpoint: 'ep-fleet', autoDeploy: false })));
  }
  await system.simulator.settings({ trainingSeconds });
  system.hasFleet = true;
}

/** A training in a fleet that the feed watches. */
export const inFleet =
  (workload: Workload = create): Workload =>
  async (system, name) => {
    await startFleet(system);
    await system.simulator.clearFaults();
    await system.simulator.settings({ searchIndex: index });
    await eventually(
      () => system.client.feedMode(),
      (mode) => mode === 'search',
      { withinMs: 60_000, everyMs: 200, what: 'the change feed' },
    );
    return workload(system, name);
  };

const index: Settings['searchIndex'] = { lagMs: 0, lost: 0, late: 0, lateMs: 0, loses: [], delays: [] };

/** The index of Search loses the training, or has each of its changes so much later. */
export const loseRecord = (system: CrashSystem, { names }: Work): Promise<unknown> =>
  system.simulator.settings({ searchIndex: { ...index, loses: [...names] } });

export const delayRecord =
  (lateMs: number) =>
  (system: CrashSystem, { names }: Work): Promise<unknown> =>
    system.simulator.settings({ searchIndex: { ...index, lateMs, delays: [...names] } });
