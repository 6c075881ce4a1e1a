import { Redis } from 'ioredis';
import type { Settings } from 'sagemaker-simulator';
import { tagKeys } from '../../../src/core/sagemaker/tags.ts';
import { eventually } from '../../testkit/eventually.ts';
import type { Bench } from '../bench.ts';
import { project } from '../direct-sdk.ts';
import { Processes, type Running } from '../processes.ts';
import { SimulatorClient } from '../simulator.ts';
import { seedPrefix, seedRuns } from './seed.ts';

/** Trainings in all phases, of which one ends as another would begin, and the processes around them. */
export interface FleetBench {
  processes: Processes;
  simulator: SimulatorClient;
  simulatorUrl: string;
  redis: Redis;
  /** Of Redis, before the first run. */
  usedBefore: number;
}

/** Most of a training's time is training: its artifact is uploaded in a minute of 4 hours. */
const trainingShares: Settings['trainingShares'] = { Starting: 10, Pending: 0, Downloading: 20, Training: 965, Uploading: 5 };

export const usedMemory = async (redis: Redis): Promise<number> =>
  Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);

export async function startFleet(
  { options, cleanup }: Pick<Bench, 'options' | 'cleanup'>,
  { runs, trainingHours }: { runs: number; trainingHours: number },
): Promise<FleetBench> {
  const processes = new Processes(cleanup, options.profile);
  const redisServer = await processes.redis();
  const { url: simulatorUrl } = await processes.simulator({ SIMULATOR_TRAINING_SECONDS: String(trainingHours * 3600) });
  const simulator = new SimulatorClient(simulatorUrl);
  const redis = new Redis(redisServer.url);
  cleanup.add(() => (simulator.close(), redis.disconnect()));
  const usedBefore = await usedMemory(redis);
  await simulator.set({ trainingShares });
  const spacingSeconds = (trainingHours * 3600) / runs;
  await seedRuns(processes.databaseUrl, runs, { spacingMs: spacingSeconds * 1000, autoDeploy: false });
  await simulator.seed(seedPrefix, runs, { spacingSeconds, fromCreation: true, tags: { [tagKeys.project]: project } });
  return { processes, simulator, simulatorUrl, redis, usedBefore };
}

/** Starts workers, and waits until they have described every training once. */
export async function startDescribed(
  { processes, simulator }: FleetBench,
  { runs, env, withinMs, workers = 1 }: { runs: number; env: NodeJS.ProcessEnv; withinMs: number; workers?: number },
): Promise<[Running, ...Running[]]> {
  const before = (await simulator.counts())['DescribeTrainingJob'] ?? 0;
  const first = await processes.worker(env);
  const others: Running[] = [];
  while (others.length < workers - 1) others.push(await processes.worker(env));
  await eventually(
    async () => ((await simulator.counts())['DescribeTrainingJob'] ?? 0) - before,
    (described) => described >= runs,
    { withinMs, everyMs: 500, what: `${runs} trainings described` },
  );
  return [first, ...others];
}

/** How long after its end each training was described, in milliseconds; Infinity for one that was not, so far. */
export async function delaysOf(simulator: SimulatorClient, ended: readonly { name: string; at: number }[]): Promise<number[]> {
  const describes = Map.groupBy(await simulator.calls({ operation: 'DescribeTrainingJob' }), ({ name }) => name);
  return ended.map(({ name, at }) => (describes.get(name)?.find((call) => call.at >= at)?.at ?? Infinity) - at);
}

/** Waits until all are described. */
export const delaysOfAll = (
  simulator: SimulatorClient,
  ended: readonly { name: string; at: number }[],
  withinMs: number,
): Promise<number[]> =>
  eventually(
    () => delaysOf(simulator, ended),
    (delays) => delays.every(Number.isFinite),
    { withinMs, everyMs: 1000, what: 'all ends to be seen' },
  ).catch(() => delaysOf(simulator, ended));
