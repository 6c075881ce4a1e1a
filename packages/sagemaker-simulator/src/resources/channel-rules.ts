import { validationError } from '../aws-error.ts';
import type { Channel, TrainingJobRequest } from '../state/requests.ts';

/**
 * What the documentation of Channel and its data sources says beyond the API model's bounds. No transcript of SageMaker's texts was
 * found: the wordings are made up.
 * @throws {AwsError} ValidationException.
 */
export function requireChannels({ InputDataConfig = [], AlgorithmSpecification, VpcConfig }: TrainingJobRequest): void {
  const names = InputDataConfig.map(({ ChannelName }) => ChannelName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw validationError(`Channel names must be unique: "${twice}" comes twice.`);
  for (const channel of InputDataConfig) {
    requireOneSource(channel);
    requireMode(channel, channel.InputMode ?? AlgorithmSpecification?.TrainingInputMode);
    if (channel.DataSource.FileSystemDataSource && !VpcConfig) {
      throw validationError(`VpcConfig must be specified when the channel "${channel.ChannelName}" has a FileSystemDataSource.`);
    }
  }
}

function requireOneSource({ ChannelName, DataSource }: Channel): void {
  const { S3DataSource, FileSystemDataSource, DatasetSource } = DataSource;
  const sources = [S3DataSource, FileSystemDataSource, DatasetSource].filter((source) => source !== undefined);
  if (sources.length !== 1) throw validationError(`Exactly one data source must be specified for the channel "${ChannelName}".`);
  if (S3DataSource?.S3DataType === 'AugmentedManifestFile' && (S3DataSource.AttributeNames ?? []).length === 0) {
    throw validationError(
      `AttributeNames must be specified for the channel "${ChannelName}", whose S3DataType is AugmentedManifestFile.`,
    );
  }
}

/** Only a pipe takes augmented manifests and compressed data. */
function requireMode({ ChannelName, DataSource, CompressionType }: Channel, inputMode: string | undefined): void {
  if (inputMode === 'Pipe') return;
  if (DataSource.S3DataSource?.S3DataType === 'AugmentedManifestFile') {
    throw validationError(
      `AugmentedManifestFile is only supported in Pipe mode, and the channel "${ChannelName}" is in ${inputMode}.`,
    );
  }
  if (CompressionType === 'Gzip') {
    throw validationError(
      `CompressionType Gzip is only supported in Pipe mode, and the channel "${ChannelName}" is in ${inputMode}.`,
    );
  }
}
