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
 * The time from the response Completed to the request for the endpoint, by the simulator's log; alternates with direct calls, one after
 * the other. Each training has an endpoint of its own: first one that is created, then one that is updated.
 */
export async function benchDeploy({ options, cleanup, say }: Bench): Promise<Report> {
  const count = options.runs ?? 60;
  const processes = new Processes(cleanup, options.profile);
  await processes.redis();
  // One simulator each: the service would adopt the baseline's trainings, which carry its tags and are in no database.
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
      const direct = { trainingJobName: `direct-${action}-${index}`, endpointName: `direct-${index}` };
      await sdk.createTrainingJob(trainingJob(direct.trainingJobName, direct.endpointName, {}));
      await baselineSimulator.complete(direct.trainingJobName);
      await deployDirectly(sdk, direct, action);
      const own = { trainingJobName: `service-${action}-${index}`, endpointName: `service-${index}` };
      await start(own);
      await simulator.complete(own.trainingJobName);
      await requested(action, own);
      if (index <= warmUp) continue;
      found.baseline.push(await instantsOf(baselineSimulator, direct, action));
      found.service.push(await instantsOf(simulator, own, action));
      if (index % 20 === 0) say(`${action}: ${index - warmUp} of ${count}`);
    }
    for (let index = 1; index <= warmUp + count; index += 1) {
      const one = { trainingJobName: `service-${action}-${index}`, endpointName: `service-${index}` };
      await eventually(() => isDeployed(one), Boolean, { withinMs: 30_000, what: `${one.trainingJobName} deployed` });
    }
    const ratio = gapOf(found.service) / gapOf(found.baseline);
    ratios.push(ratio);
    rows.push(['the direct calls', action, ...shownGaps(found.baseline), '']);
    rows.push(['the service', action, ...shownGaps(found.service), shown(ratio)]);
  }

  const together = await burst({ count, baselineSimulator, simulator, sdk, start, requested });
  return {
    title: 'From the observed completion to the request for the endpoint',
    about:
      `${count} trainings, each on an endpoint of its own. The baseline, which alternates with them, is the SDK's CreateModel, ` +
      'DescribeEndpoint, CreateEndpointConfig and CreateEndpoint or UpdateEndpoint, one after the other from one Node process. ' +
      'Milliseconds from the arrival of the DescribeTrainingJob that returned Completed to the arrival of the last call, by the ' +
      "simulator's log. The ratio is of the means of the middle half, since the log counts whole milliseconds.",
    tables: [
      {
        columns: ['', 'Last call', 'ms', 'p90', 'to CreateModel', 'to the configuration', 'to the last', 'Service/baseline'],
        rows,
      },
      {
        columns: [`${count} completed together`, 'Endpoints requested a second'],
        rows: [
          [`the direct calls, ${atOnce} at once`, shown(together.baseline)],
          ['the service, one worker', shown(together.service)],
        ],
      },
    ],
    aims: [
      {
        what: 'time over the baseline, the greater of the two',
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

/** From the last observation of the training to the endpoint's call. */
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

/** All trainings complete together: the rate of one worker, and of as many direct chains at once as a worker has active jobs. */
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

  const own = named('service');
  for (const one of own) await start(one);
  await Promise.all(own.map((one) => simulator.complete(one.trainingJobName)));
  for (const one of own) await requested('CreateEndpoint', one);
  return { baseline: await rateOf(baselineSimulator, direct), service: await rateOf(simulator, own) };
}
