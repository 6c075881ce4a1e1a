import { eventually } from '../../testkit/eventually.ts';
import { directSageMaker, trainingJob } from '../direct-sdk.ts';
import { type Deployed, deployDirectly } from '../deploy/direct-chain.ts';
import type { HttpClient } from '../http-client.ts';
import { drive } from '../load.ts';
import { SimulatorClient } from '../simulator.ts';
import { trainingEvent } from './training-event.ts';

/** A way from a training that has ended to the request for its endpoint. */
export interface Candidate {
  /** Of the names of trainings and endpoints; no two candidates share any. */
  prefix: string;
  simulator: SimulatorClient;
  start(one: Deployed): Promise<unknown>;
  /** Reports that a training has ended; resolves when the candidate has taken the report. */
  ended(one: Deployed): Promise<unknown>;
  /** Creates endpoints, `<prefix>-1` and so on, and waits until they are in service. */
  makeLive(count: number): Promise<void>;
}

const atOnce = 10;

export const endpointsOf = (prefix: string, training: string, count: number): Deployed[] =>
  Array.from({ length: count }, (_, index) => ({
    trainingJobName: `${prefix}-${training}-${index + 1}`,
    endpointName: `${prefix}-${index + 1}`,
  }));

export async function forEach<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  const waiting = [...all];
  const next = async (): Promise<void> => {
    const one = waiting.shift();
    if (one !== undefined) await work(one);
  };
  if (all.length > 0) await drive(next, atOnce, { calls: all.length });
}

/** Direct calls of the SDK, one after the other. */
export function directCalls(url: string): Candidate & { close(): void } {
  const simulator = new SimulatorClient(url);
  const sdk = directSageMaker(url);
  const prefix = 'direct';
  const start = ({ trainingJobName, endpointName }: Deployed): Promise<unknown> =>
    sdk.createTrainingJob(trainingJob(trainingJobName, endpointName, {}));
  return {
    prefix,
    simulator,
    close: () => (sdk.destroy(), simulator.close()),
    start,
    ended: (one) => deployDirectly(sdk, one, 'UpdateEndpoint'),
    makeLive: (count) =>
      forEach(endpointsOf(prefix, 'first', count), async (one) => {
        await start(one);
        await simulator.complete(one.trainingJobName);
        await deployDirectly(sdk, one, 'CreateEndpoint');
      }),
  };
}

/** The service, with POST /events. */
export function serviceByEvents(client: HttpClient, simulator: SimulatorClient): Candidate {
  const prefix = 'service';
  const start = (one: Deployed): Promise<unknown> => bootstrap(client, one);
  const ended = ({ trainingJobName }: Deployed): Promise<unknown> =>
    client.ask('POST', '/events', trainingEvent(trainingJobName, 'Completed', Date.now()));
  return {
    prefix,
    simulator,
    start,
    ended,
    async makeLive(count) {
      const all = endpointsOf(prefix, 'first', count);
      await forEach(all, start);
      await forEach(all, async (one) => {
        await simulator.complete(one.trainingJobName);
        await ended(one);
      });
      await allDeployed(client, all);
    },
  };
}

export const bootstrap = (client: HttpClient, { trainingJobName, endpointName }: Deployed): Promise<unknown> =>
  client.ask('POST', '/bootstrap?auto_deploy=true', { training_job_name: trainingJobName, endpoint_name: endpointName });

export async function allDeployed(client: HttpClient, all: readonly Deployed[]): Promise<void> {
  for (const { trainingJobName } of all) {
    const isDeployed = async (): Promise<boolean> =>
      ((await client.ask('GET', `/training-jobs/${trainingJobName}`)) as { deployment_status: string }).deployment_status ===
      'deployed';
    await eventually(isDeployed, Boolean, { withinMs: 60_000, everyMs: 50, what: `${trainingJobName} deployed` });
  }
}
