import type { SageMaker } from '@aws-sdk/client-sagemaker';
import type { LoggedCall } from 'sagemaker-simulator';
import { eventually } from '../testkit/eventually.ts';
import type { Bench } from './bench.ts';
import { directSageMaker, trainingJob } from './direct-sdk.ts';
import { type Action, type Deployed, deployDirectly } from './deploy/direct-chain.ts';
import { HttpClient } from './http-client.ts';
import { Processes } from './processes.ts';
import type { Report } from './report.ts';
import { SimulatorClient } from './simulator.ts';
import { midMean, percentile, shown } from './statistics.ts';

const warmUp = 10;
const atOnce = 20;

/**
 * From the answer that said Completed to the request for the endpoint, by the stand-in's own log; in turns with the same calls made
 * bare, one after the other. Each training has an endpoint of its own: first a new one, then one that is updated.
 */
export async function benchDeploy({ options, cleanup, say }: Bench): Promise<Report> {
  const count = options.runs ?? 60;
  const processes = new Processes(cleanup, options.profile);
  await processes.redis();
  // One for each: the service adopts trainings that look like its own and are in no database, those of the floor too.
  const simulatorEnv = { SIMULATOR_TRAINING_SECONDS: '86400', SIMULATOR_ENDPOINT_SECONDS: '1' };
  const { url: baselineUrl } = await processes.simulator(simulatorEnv);
  const { url } = await processes.simulator(simulatorEnv);
  const intervals = { POLL_INTERVAL_SECONDS: '0.2', ENDPOINT_POLL_SECONDS: '1' };
  const api = await processes.api(intervals);
  await processes.worker(intervals);
  const baselineSimulator = new SimulatorClient(baselineUrl);
  const simulator = new SimulatorClient(url);
  const client = new HttpClient(api.url);
  const sdk = directSageMaker(baselineUrl);
  cleanup.add(() => (baselineSimulator.close(), simulator.close(), client.close(), sdk.destroy()));

  const start = ({ trainingJobName, endpointName }: Deployed): Promise<unknown> =>
    client.ask('POST', '/bootstrap?auto_deploy=true', { training_job_name: trainingJobName, endpoint_name: endpointName });
  const requested = (action: Action, { endpointName }: Deployed): Promise<LoggedCall[]> =>
    eventually(
      () => simulator.calls({ operation: action, name: endpointName }),
      (calls) => calls.length > 0,
      { withinMs: 30_000, what: `${action} of ${endpointName}` },
    );
  const isDeployed = async ({ trainingJobName }: Deployed): Promise<boolean> =>
    ((await client.ask('GET', `/training-jobs/${trainingJobName}`)) as { deployment_status: string }).deployment_status ===
    'deployed';

  const rows: string[][] = [];
  const ratios: number[] = [];
  for (const action of ['CreateEndpoint', 'UpdateEndpoint'] as const) {
    const found = { baseline: [] as Instants[], service: [] as Instants[] };
    for (let index = 1; index <= warmUp + count; index += 1) {
      const direct = { trainingJobName: `bare-${action}-${index}`, endpointName: `bare-${index}` };
      await sdk.createTrainingJob(trainingJob(direct.trainingJobName, direct.endpointName, {}));
      await baselineSimulator.complete(direct.trainingJobName);
      await deployDirectly(sdk, direct, action);
      const ours = { trainingJobName: `ours-${action}-${index}`, endpointName: `ours-${index}` };
      await start(ours);
      await simulator.complete(ours.trainingJobName);
      await requested(action, ours);
      if (index <= warmUp) continue;
      found.baseline.push(await instantsOf(baselineSimulator, direct, action));
      found.service.push(await instantsOf(simulator, ours, action));
      if (index % 20 === 0) say(`${action}: ${index - warmUp} of ${count}`);
    }
    for (let index = 1; index <= warmUp + count; index += 1) {
      const one = { trainingJobName: `ours-${action}-${index}`, endpointName: `ours-${index}` };
      await eventually(() => isDeployed(one), Boolean, { withinMs: 30_000, what: `${one.trainingJobName} deployed` });
    }
    const ratio = gapOf(found.service) / gapOf(found.baseline);
    ratios.push(ratio);
    rows.push(['the same calls made bare', action, ...shownGaps(found.baseline), '']);
    rows.push(['the service', action, ...shownGaps(found.service), shown(ratio)]);
  }

  const together = await burst({ count, baselineSimulator, simulator, sdk, start, requested });
  return {
    title: 'From the completion seen to the endpoint asked for',
    about:
      `${count} trainings, each on an endpoint of its own, in turns with the SDK’s CreateModel, DescribeEndpoint, CreateEndpointConfig ` +
      'and CreateEndpoint or UpdateEndpoint made one after the other from one Node process. Milliseconds from the arrival of the ' +
      'DescribeTrainingJob that was answered with Completed to the arrival of the last call, by the stand-in’s log; compared are the ' +
      'means of the middle half, since the log counts whole milliseconds.',
    tables: [
      { columns: ['', 'Last call', 'ms', 'p90', 'to CreateModel', 'to the configuration', 'to the last', 'Service/floor'], rows },
      {
        columns: [`${count} completed together`, 'Endpoints asked for a second'],
        rows: [
          [`the same calls made bare, ${atOnce} at once`, shown(together.baseline)],
          ['the service, one worker', shown(together.service)],
        ],
      },
    ],
    aims: [
      {
        what: 'time beside the floor, at the greater of the two',
        wanted: '<= 1.50',
        found: shown(Math.max(...ratios)),
        reached: Math.max(...ratios) <= 1.5,
      },
    ],
  };
}

const gapOf = (found: readonly Instants[]): number => midMean(found.map(({ seenAt, requestedAt }) => requestedAt - seenAt));

function shownGaps(found: readonly Instants[]): string[] {
  const gaps = found.map(({ seenAt, requestedAt }) => requestedAt - seenAt);
  const steps = [
    found.map(({ seenAt, modelAt }) => modelAt - seenAt),
    found.map(({ modelAt, configAt }) => configAt - modelAt),
    found.map(({ configAt, requestedAt }) => requestedAt - configAt),
  ];
  return [midMean(gaps), percentile(gaps, 90), ...steps.map(midMean)].map(shown);
}

interface Instants {
  seenAt: number;
  modelAt: number;
  configAt: number;
  requestedAt: number;
}

/** From the last look at the training, after which nobody looks again, to the endpoint's call. */
async function instantsOf(simulator: SimulatorClient, one: Deployed, action: Action): Promise<Instants> {
  const observations = await simulator.calls({ operation: 'DescribeTrainingJob', name: one.trainingJobName });
  const [requested] = await simulator.calls({ operation: action, name: one.endpointName });
  const seenAt = observations.at(-1)?.at;
  const named = async (operation: string): Promise<number> =>
    (await simulator.calls({ operation })).find(({ name }) => name?.startsWith(`${one.trainingJobName}-`))?.at ?? Number.NaN;
  if (seenAt === undefined || requested === undefined || requested.code !== 'OK')
    throw new Error(`${one.endpointName} was not deployed`);
  return {
    seenAt,
    modelAt: await named('CreateModel'),
    configAt: await named('CreateEndpointConfig'),
    requestedAt: requested.at,
  };
}

/** All complete in one moment: how fast one worker takes them, beside as many bare chains at once as a worker has jobs in hand. */
async function burst({
  count,
  baselineSimulator,
  simulator,
  sdk,
  start,
  requested,
}: {
  count: number;
  baselineSimulator: SimulatorClient;
  simulator: SimulatorClient;
  sdk: SageMaker;
  start: (one: Deployed) => Promise<unknown>;
  requested: (action: Action, one: Deployed) => Promise<LoggedCall[]>;
}): Promise<{ baseline: number; service: number }> {
  const named = (prefix: string): Deployed[] =>
    Array.from({ length: count }, (_, index) => ({
      trainingJobName: `${prefix}-burst-${index}`,
      endpointName: `${prefix}-burst-${index}`,
    }));
  const rateOf = async (at: SimulatorClient, all: readonly Deployed[]): Promise<number> => {
    const instants = await Promise.all(all.map((one) => instantsOf(at, one, 'CreateEndpoint')));
    const from = Math.min(...instants.map(({ seenAt }) => seenAt));
    const to = Math.max(...instants.map(({ requestedAt }) => requestedAt));
    return (count * 1000) / (to - from);
  };

  const direct = named('direct');
  for (const one of direct) await sdk.createTrainingJob(trainingJob(one.trainingJobName, one.endpointName, {}));
  await Promise.all(direct.map((one) => baselineSimulator.complete(one.trainingJobName)));
  const queue = [...direct];
  const lane = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) await deployDirectly(sdk, one, 'CreateEndpoint');
  };
  await Promise.all(Array.from({ length: atOnce }, lane));

  const ours = named('ours');
  for (const one of ours) await start(one);
  await Promise.all(ours.map((one) => simulator.complete(one.trainingJobName)));
  for (const one of ours) await requested('CreateEndpoint', one);
  return { baseline: await rateOf(baselineSimulator, direct), service: await rateOf(simulator, ours) };
}
