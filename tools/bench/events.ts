import type { Bench } from './bench.ts';
import type { Deployed } from './deploy/direct-chain.ts';
import { allDeployed, directCalls, bootstrap, endpointsOf, forEach, serviceByEvents } from './events/candidates.ts';
import { reportOnEvents, type Used } from './events/report.ts';
import { trainingEvent } from './events/training-event.ts';
import { atRate, withoutEvents } from './events/ways.ts';
import { HttpClient } from './http-client.ts';
import { drive, type Measured } from './load.ts';
import { cpuWhile } from './process-use.ts';
import { Processes, type Running } from './processes.ts';
import type { Report } from './report.ts';
import { SimulatorClient } from './simulator.ts';

const highRate = 50;
const responsesAtOnce = [1, 10, 100];
const pollSeconds = 5;
const simulatorEnv = { SIMULATOR_TRAINING_SECONDS: '86400', SIMULATOR_ENDPOINT_SECONDS: '1' };
/** Polls are so rare that only events lead to an observation. */
const byEvents = { POLL_INTERVAL_SECONDS: '86400', ENDPOINT_POLL_SECONDS: '1' };
const byPolls = { POLL_INTERVAL_SECONDS: String(pollSeconds), ENDPOINT_POLL_SECONDS: '1' };
/** Events of so many trainings alternate, so that the observation after the last event of a training is mostly over. */
const inTraining = 1000;

/**
 * The time from the event of a training's end to UpdateEndpoint, by the simulator's log, alternating with direct calls; the rate of
 * POST /events; and the time with polls alone.
 */
export async function benchEvents({ options, cleanup, say }: Bench): Promise<Report> {
  const {
    seconds = 4,
    rounds = 3,
    runs = 200,
  } = {
    seconds: options.seconds ?? undefined,
    rounds: options.rounds ?? undefined,
    runs: options.runs ?? undefined,
  };
  const processes = new Processes(cleanup, options.profile);
  const redis = await processes.redis();
  // One simulator each: the service would adopt the baseline's trainings, which carry its tags and are in no database.
  const baselineSimulator = await processes.simulator(simulatorEnv);
  const ownSimulator = await processes.simulator(simulatorEnv);
  const simulator = new SimulatorClient(ownSimulator.url);
  cleanup.add(() => simulator.close());
  const launch = async (env: NodeJS.ProcessEnv): Promise<{ api: Running; worker: Running; client: HttpClient }> => {
    const api = await processes.api(env);
    const client = new HttpClient(api.url);
    cleanup.add(() => client.close());
    return { api, worker: await processes.worker(env), client };
  };
  const { api, worker, client } = await launch(byEvents);
  const direct = directCalls(baselineSimulator.url);
  cleanup.add(() => direct.close());
  const service = serviceByEvents(client, simulator);

  const roundSize = highRate * seconds;
  const lowRate = 10 * seconds;
  const endpoints = Math.max(rounds * roundSize, lowRate, runs);
  say(`creating ${endpoints} endpoints, twice: by direct calls and by the service`);
  await direct.makeLive(endpoints);
  await service.makeLive(endpoints);

  say(`one training a second ends, for ${lowRate} s`);
  const each = (prefix: string): Deployed[] => endpointsOf(prefix, 'lowRate', lowRate);
  const [directLowRate, serviceLowRate] = await Promise.all([
    atRate(direct, each(direct.prefix), { perSecond: 1 }),
    atRate(service, each(service.prefix), { perSecond: 1, afterMs: 500 }),
  ]);
  await allDeployed(client, each(service.prefix));

  const found = { direct: [] as number[], service: [] as number[] };
  const pids = {
    direct: { client: process.pid, simulator: baselineSimulator.pid },
    service: { client: process.pid, simulator: ownSimulator.pid, api: api.pid, worker: worker.pid, redis: redis.pid },
  };
  const used = { direct: [] as Used[], service: [] as Used[] };
  for (let round = 0; round < rounds; round += 1) {
    say(`${highRate} trainings a second end, for ${seconds} s: round ${round + 1} of ${rounds}`);
    for (const [name, way] of [
      ['direct', direct],
      ['service', service],
    ] as const) {
      const all = endpointsOf(way.prefix, 'highRate', (round + 1) * roundSize).slice(round * roundSize);
      const { result, cpuMs } = await cpuWhile<string, number[]>(pids[name], () => atRate(way, all, { perSecond: highRate }));
      found[name].push(...result);
      used[name].push(cpuMs);
    }
  }
  await allDeployed(client, endpointsOf(service.prefix, 'highRate', rounds * roundSize));

  say('the rate of POST /events');
  await startInTraining(client);
  const whileWorkerObserves = await measureResponses(client, seconds);
  await worker.stop();
  const responses = { whileWorkerObserves, alone: await measureResponses(client, seconds) };
  const complaints = api.complaints() + worker.complaints();
  await api.stop();

  say(`${runs} trainings end without an event: a poll every ${pollSeconds} s`);
  await simulator.set({ events: { targets: [], maxLateMs: 0, twice: 0, lost: 1 } });
  const polling = await launch(byPolls);
  const polledOnly = endpointsOf(service.prefix, 'polled', runs);
  await forEach(polledOnly, (one) => bootstrap(polling.client, one));
  const polled = await withoutEvents(simulator, polledOnly, 3 * pollSeconds * 1000);
  return reportOnEvents({
    rates: [
      { perSecond: 1, direct: directLowRate, service: serviceLowRate },
      { perSecond: highRate, direct: found.direct, service: found.service },
    ],
    used,
    polled,
    pollSeconds,
    responses,
    complaints,
    how: { seconds, rounds, lowRate },
  });
}

const inProgress = endpointsOf('responses', 'in-progress', inTraining);
const startInTraining = (client: HttpClient): Promise<void> => forEach(inProgress, (one) => bootstrap(client, one));

/** Posts events of trainings in progress, each as soon as the one before has returned; each makes a worker observe its training. */
async function measureResponses(client: HttpClient, seconds: number): Promise<Map<number, Measured>> {
  let sent = 0;
  const post = async (): Promise<void> => {
    const { trainingJobName } = inProgress[sent++ % inProgress.length] ?? { trainingJobName: '' };
    await client.ask('POST', '/events', trainingEvent(trainingJobName, 'InProgress', Date.now()));
  };
  const found = new Map<number, Measured>();
  for (const atOnce of responsesAtOnce) {
    // Opens the connections.
    await drive(post, atOnce, { calls: inTraining });
    found.set(atOnce, await drive(post, atOnce, { seconds }));
  }
  return found;
}
