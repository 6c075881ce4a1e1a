import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../testkit/eventually.ts';
import type { Deployed } from '../deploy/direct-chain.ts';
import { driveAtRate } from '../load.ts';
import type { StandIn } from '../simulator.ts';
import { type Contender, forEach } from './candidates.ts';

/**
 * Trainings end at this rate and are made known at once.
 *
 * @returns from then to the arrival of UpdateEndpoint at the stand-in, in milliseconds, for each.
 */
export async function atRate(
  way: Contender,
  all: readonly Deployed[],
  { perSecond, afterMs = 0 }: { perSecond: number; afterMs?: number },
): Promise<number[]> {
  await forEach(all, (one) => way.start(one));
  await delay(afterMs);
  const since = new Map<string, number>();
  await driveAtRate(all, perSecond, async (one) => {
    await way.standIn.complete(one.trainingJobName);
    since.set(one.endpointName, Date.now());
    await way.ended(one);
  });
  return untilAsked(way.standIn, since);
}

/** Trainings end at any moment within `spreadMs`, and nobody is told. From the end of each to UpdateEndpoint, in milliseconds. */
export async function untold(standIn: StandIn, all: readonly Deployed[], spreadMs: number): Promise<number[]> {
  const since = new Map<string, number>();
  const end = async ({ trainingJobName, endpointName }: Deployed): Promise<void> => {
    await delay(Math.random() * spreadMs);
    since.set(endpointName, Date.now());
    await standIn.complete(trainingJobName);
  };
  await Promise.all(all.map(end));
  return untilAsked(standIn, since);
}

async function untilAsked(standIn: StandIn, since: ReadonlyMap<string, number>): Promise<number[]> {
  const from = Math.min(...since.values());
  const asked = async (): Promise<Map<string, number>> => {
    const calls = await standIn.calls({ operation: 'UpdateEndpoint' });
    const own = calls.filter(({ at, name, code }) => at >= from && code === 'OK' && since.has(name ?? ''));
    return new Map(own.map(({ name, at }) => [name ?? '', at]));
  };
  const found = await eventually(asked, ({ size }) => size === since.size, {
    withinMs: 60_000,
    everyMs: 250,
    what: `UpdateEndpoint of ${since.size} endpoints`,
  });
  return [...since].map(([endpointName, at]) => (found.get(endpointName) ?? Number.NaN) - at);
}
