/** The CreateModel request of a training run. */
import { withoutNulls } from '../shapes/merge-shapes.ts';
import type { ShapeLayers } from '../shapes/shape-layers.ts';
import { isObject, own, type ShapeObject } from '../shapes/shapes.ts';

/**
 * Returns the request without its name and tags: what the layers say, with the training's artifact in the container that has no model data
 * of its own. Null where that container needs an artifact and there is none.
 */
export function modelRequest(
  { training, model }: Pick<ShapeLayers, 'training' | 'model'>,
  modelArtifact: string | null,
): ShapeObject | null {
  const { Tags: _, ...request } = withoutNulls('CreateModel', model);
  const isUncompressed = outputCompression(training) === 'NONE';
  const filled = (container: unknown): ShapeObject | null =>
    modelArtifact === null || !isObject(container) ? null : withArtifact(container, modelArtifact, isUncompressed);
  const { PrimaryContainer: primary, Containers: containers } = request;
  if (Array.isArray(containers)) {
    const index = containers.findIndex(lacksData);
    if (index === -1) return request;
    const container = filled(containers[index]);
    return container === null ? null : { ...request, Containers: containers.with(index, container) as unknown };
  }
  if (!lacksData(primary)) return request;
  const container = filled(primary);
  return container === null ? null : { ...request, PrimaryContainer: container };
}

/** Whether the model serves other data than the training's artifact, since a layer says so. */
export function hasOwnData({ model }: Pick<ShapeLayers, 'model'>): boolean {
  const { PrimaryContainer: primary, Containers: containers } = withoutNulls('CreateModel', model);
  return Array.isArray(containers) ? !containers.some(lacksData) : !lacksData(primary);
}

const outputCompression = (training: ShapeObject): unknown => {
  const output = own(training, 'OutputDataConfig');
  return isObject(output) ? own(output, 'CompressionType') : undefined;
};

/** A model package brings its own data. */
function lacksData(container: unknown): boolean {
  if (!isObject(container)) return false;
  if (own(container, 'ModelDataUrl') !== undefined || own(container, 'ModelPackageName') !== undefined) return false;
  const source = s3SourceOf(container);
  return source === null || own(source, 'S3Uri') === undefined;
}

function s3SourceOf(container: ShapeObject): ShapeObject | null {
  const source = own(container, 'ModelDataSource');
  const s3 = isObject(source) ? own(source, 'S3DataSource') : undefined;
  return isObject(s3) ? s3 : null;
}

/**
 * An uncompressed artifact is a prefix, which ModelDataSource alone takes and which ends in a slash
 * (docs/reference/sagemaker-behavior.md#an-uncompressed-artifact-is-a-prefix).
 */
function withArtifact(container: ShapeObject, artifact: string, isUncompressed: boolean): ShapeObject {
  const source = s3SourceOf(container);
  if (source === null && !isUncompressed) return { ...container, ModelDataUrl: artifact };
  const kind = isUncompressed
    ? { S3DataType: 'S3Prefix', CompressionType: 'None' }
    : { S3DataType: 'S3Object', CompressionType: 'Gzip' };
  const merged = { ...kind, ...source };
  const S3Uri = merged['S3DataType'] === 'S3Prefix' && !artifact.endsWith('/') ? `${artifact}/` : artifact;
  const holder = own(container, 'ModelDataSource');
  return { ...container, ModelDataSource: { ...(isObject(holder) ? holder : {}), S3DataSource: { ...merged, S3Uri } } };
}

/**
 * What the name of a model is a digest of: the request or, where it says no more than the version before could, that version's content, so
 * that an update of the service renames no model.
 */
export function modelIdentity(request: ShapeObject): object {
  const { PrimaryContainer: container, ExecutionRoleArn: roleArn, ...others } = request;
  if (!isObject(container) || Object.keys(others).length > 0) return request;
  const { Image: image, ModelDataUrl: modelDataUrl, ...further } = container;
  return Object.keys(further).length === 0 && image !== undefined && modelDataUrl !== undefined && roleArn !== undefined
    ? { image, modelDataUrl, roleArn }
    : request;
}
