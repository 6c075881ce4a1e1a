import type { DeploymentConfig, DescribeEndpointCommandOutput, SageMaker } from '@aws-sdk/client-sagemaker';
import type { SimulatorOptions } from '../src/index.ts';
import { type Clock, makeConfig, startSimulator } from './harness.ts';

type Percent = { Type: 'CAPACITY_PERCENT' | 'INSTANCE_COUNT'; Value: number };

export const percent = (Value: number): Percent => ({ Type: 'CAPACITY_PERCENT', Value });
export const instances = (Value: number): Percent => ({ Type: 'INSTANCE_COUNT', Value });

const alarmed = (...names: string[]): DeploymentConfig =>
  names.length === 0 ? {} : { AutoRollbackConfiguration: { Alarms: names.map((AlarmName) => ({ AlarmName })) } };

export const canary = (CanarySize: Percent, waitSeconds: number, ...alarms: string[]): DeploymentConfig => ({
  BlueGreenUpdatePolicy: {
    TrafficRoutingConfiguration: { Type: 'CANARY', CanarySize, WaitIntervalInSeconds: waitSeconds },
    TerminationWaitInSeconds: 120,
    MaximumExecutionTimeoutInSeconds: 3600,
  },
  ...alarmed(...alarms),
});

export const linear = (LinearStepSize: Percent, waitSeconds: number, ...alarms: string[]): DeploymentConfig => ({
  BlueGreenUpdatePolicy: {
    TrafficRoutingConfiguration: { Type: 'LINEAR', LinearStepSize, WaitIntervalInSeconds: waitSeconds },
  },
  ...alarmed(...alarms),
});

export const rolling = (MaximumBatchSize: Percent, waitSeconds: number, ...alarms: string[]): DeploymentConfig => ({
  RollingUpdatePolicy: { MaximumBatchSize, WaitIntervalInSeconds: waitSeconds },
  ...alarmed(...alarms),
});

export const describeLive = (sagemaker: SageMaker): Promise<DescribeEndpointCommandOutput> =>
  sagemaker.describeEndpoint({ EndpointName: 'live' });

export const updateLive = (sagemaker: SageMaker, config?: DeploymentConfig, EndpointConfigName = 'two'): Promise<unknown> =>
  sagemaker.updateEndpoint({ EndpointName: 'live', EndpointConfigName, DeploymentConfig: config });

/** An endpoint that is InService on the configuration `one` with so many instances; there is a configuration `two` as well. */
export async function startLive(count = 3, options: SimulatorOptions = {}) {
  const started = await startSimulator(options);
  const { sagemaker, clock } = started;
  await makeConfig(sagemaker, 'one', { InitialInstanceCount: count });
  await makeConfig(sagemaker, 'two', { InitialInstanceCount: count });
  await sagemaker.createEndpoint({ EndpointName: 'live', EndpointConfigName: 'one' });
  clock.advance(60);
  return started;
}

/** One line of an update: its instant, both fleets as `count:status message`, and the status that each has. */
export interface Seen {
  at: number;
  old: string;
  new: string;
}

const fleet = (variants: DescribeEndpointCommandOutput['ProductionVariants']): string =>
  (variants ?? [])
    .map(({ CurrentInstanceCount, CurrentWeight, VariantStatus = [] }) =>
      [`${CurrentInstanceCount} at ${CurrentWeight}`, ...VariantStatus.map(({ StatusMessage }) => StatusMessage)].join(' '),
    )
    .join('; ');

/** All stages of the tests begin at a multiple of it. */
const stepSeconds = 3;

/** What an update shows from now on until it is over: a line for each change. */
export async function watchUpdate(sagemaker: SageMaker, clock: Clock, longestSeconds = 3000): Promise<Seen[]> {
  const seen: Seen[] = [];
  const startedAt = clock.now;
  for (let second = 0; second < longestSeconds; second += stepSeconds) {
    const { EndpointStatus, ProductionVariants, PendingDeploymentSummary } = await describeLive(sagemaker);
    if (EndpointStatus !== 'Updating') return seen;
    const shown = { old: fleet(ProductionVariants), new: fleet(PendingDeploymentSummary?.ProductionVariants) };
    const last = seen.at(-1);
    if (last?.old !== shown.old || last.new !== shown.new) seen.push({ at: (clock.now - startedAt) / 1000, ...shown });
    clock.advance(stepSeconds);
  }
  throw new Error('the update does not end');
}
