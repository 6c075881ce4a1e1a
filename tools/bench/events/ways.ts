import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../testkit/eventually.ts';
import type { Deployed } from '../deploy/direct-chain.ts';
import { driveAtRate } from '../load.ts';
import type { SimulatorClient } from '../simulator.ts';
import { type Candidate, forEach } from './candidates.ts';

/**
 * Trainings end at this rate and are made known at once.
 *
 * @returns from then to the arrival of UpdateEndpoint at the stand-in, in milliseconds, for each.
 */
export async function atRate(
  way: Candidate,
  all: readonly Deployed[],
  { perSecond, afterMs = 0 }: { perSecond: number; afterMs?: number },
): Promise<number[]> {
  await forEach(all, (one) => way.start(one));
  await delay(afterMs);
  const since = new Map<string, number>();
  await driveAtRate(all, perSecond, async (one) => {
    await way.simulator.complete(one.trainingJobName);
    since.set(one.endpointName, Date.now());
    await way.ended(one);
  });
  return untilRequested(way.simulator, since);
}

/** Trainings end at any moment within `spreadMs`, and nobody is told. From the end of each to UpdateEndpoint, in milliseconds. */
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
