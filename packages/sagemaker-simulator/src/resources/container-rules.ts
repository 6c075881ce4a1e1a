import { validationError } from '../aws-error.ts';
import type { ContainerDefinition } from '../state/requests.ts';

/** Documented for the environments of all containers of a model together. */
const largestEnvironment = 32 * 1024;

/**
 * What the documentation of ContainerDefinition and S3ModelDataSource says beyond the API model's bounds. The wordings are made up.
 * @throws {AwsError} ValidationException.
 */
export function requireContainers(containers: readonly ContainerDefinition[]): void {
  for (const container of containers) {
    requireImage(container);
    requireModelData(container);
  }
  const sizes = containers.flatMap(({ Environment = {} }) =>
    Object.entries(Environment).map(([key, value]) => Buffer.byteLength(key) + Buffer.byteLength(value)),
  );
  if (sizes.reduce((sum, size) => sum + size, 0) > largestEnvironment) {
    throw validationError('The combined length of all environment variables must be 32 KB at most.');
  }
}

function requireImage({ Image, ModelPackageName }: ContainerDefinition): void {
  if (Image === undefined && ModelPackageName === undefined)
    throw validationError('A container must specify Image or ModelPackageName.');
}

function requireModelData({ ModelDataUrl, ModelDataSource, Mode }: ContainerDefinition): void {
  if (ModelDataSource === undefined) return;
  if (ModelDataUrl !== undefined) throw validationError('Only one of ModelDataUrl and ModelDataSource can be specified.');
  if (Mode === 'MultiModel') throw validationError('ModelDataSource is not supported for a container in MultiModel mode.');
  const { S3Uri = '', S3DataType, CompressionType } = ModelDataSource.S3DataSource ?? {};
  if (S3DataType !== 'S3Prefix') return;
  if (!S3Uri.endsWith('/')) throw validationError(`S3Uri "${S3Uri}" must end with a forward slash when S3DataType is S3Prefix.`);
  if (CompressionType === 'Gzip') throw validationError('CompressionType Gzip is only supported when S3DataType is S3Object.');
}
