import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../testkit/eventually.ts';
import type { Deployed } from '../deploy/direct-chain.ts';
import { driveAtRate } from '../load.ts';
import type { SimulatorClient } from '../simulator.ts';
import { type Candidate, forEach } from './candidates.ts';

/**
 * Trainings end at this rate and are reported at once.
 *
 * @returns the milliseconds from then to the arrival of UpdateEndpoint at the simulator, for each.
 */
export async function atRate(
  candidate: Candidate,
  all: readonly Deployed[],
  { perSecond, afterMs = 0 }: { perSecond: number; afterMs?: number },
): Promise<number[]> {
  await forEach(all, (one) => candidate.start(one));
  await delay(afterMs);
  const since = new Map<string, number>();
  await driveAtRate(all, perSecond, async (one) => {
    await candidate.simulator.complete(one.trainingJobName);
    since.set(one.endpointName, Date.now());
    await candidate.ended(one);
  });
  return untilRequested(candidate.simulator, since);
}

/** Trainings end at random within `spreadMs`, and no event reports it. @returns the milliseconds from the end of each to UpdateEndpoint. */
export async function withoutEvents(simulator: SimulatorClient, all: readonly Deployed[], spreadMs: number): Promise<number[]> {
  const since = new Map<string, number>();
  const end = async ({ trainingJobName, endpointName }: Deployed): Promise<void> => {
    await delay(Math.random() * spreadMs);
    since.set(endpointName, Date.now());
    await simulator.complete(trainingJobName);
  };
  await Promise.all(all.map(end));
  return untilRequested(simulator, since);
}

async function untilRequested(simulator: SimulatorClient, since: ReadonlyMap<string, number>): Promise<number[]> {
  const from = Math.min(...since.values());
  const requested = async (): Promise<Map<string, number>> => {
    const calls = await simulator.calls({ operation: 'UpdateEndpoint' });
    const own = calls.filter(({ at, name, code }) => at >= from && code === 'OK' && since.has(name ?? ''));
    return new Map(own.map(({ name, at }) => [name ?? '', at]));
  };
  const found = await eventually(requested, ({ size }) => size === since.size, {
    withinMs: 60_000,
    everyMs: 250,
    what: `UpdateEndpoint of ${since.size} endpoints`,
  });
  return [...since].map(([endpointName, at]) => (found.get(endpointName) ?? Number.NaN) - at);
}
