import type { Channel, TrainingJobRequest } from '../state/requests.ts';
import { isBuiltIn } from './final-metrics.ts';
import { defaultMaxRuntimeSeconds } from './new-training-job.ts';

/**
 * What DescribeTrainingJob returns of a request: all members but the tags and SessionChainingConfig, which its output has not (API model),
 * and with the values that SageMaker fills in. A recorded output has these: of a channel both types `None`, of the output an empty
 * KmsKeyId, whether there are time series of metrics.
 */
export function viewTrainingRequest({ Tags: _tags, ...request }: TrainingJobRequest): object {
  const { SessionChainingConfig: _chaining, ...shown } = request as typeof request & { SessionChainingConfig?: object };
  const { AlgorithmSpecification: algorithm, InputDataConfig, OutputDataConfig, StoppingCondition } = shown;
  return {
    EnableNetworkIsolation: false,
    EnableInterContainerTrafficEncryption: false,
    EnableManagedSpotTraining: false,
    ...shown,
    AlgorithmSpecification: algorithm && {
      EnableSageMakerMetricsTimeSeries: isBuiltIn(algorithm.TrainingImage),
      ...algorithm,
    },
    InputDataConfig: InputDataConfig?.map(viewChannel),
    OutputDataConfig: { KmsKeyId: '', ...OutputDataConfig },
    StoppingCondition: { MaxRuntimeInSeconds: defaultMaxRuntimeSeconds, ...StoppingCondition },
  };
}

function viewChannel(channel: Channel): object {
  const { DataSource } = channel;
  return {
    CompressionType: 'None',
    RecordWrapperType: 'None',
    ...channel,
    DataSource: DataSource.S3DataSource
      ? { ...DataSource, S3DataSource: { S3DataDistributionType: 'FullyReplicated', ...DataSource.S3DataSource } }
      : DataSource,
  };
}
