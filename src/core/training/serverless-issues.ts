import { withoutNulls } from '../shapes/merge-shapes.ts';
import type { ShapeIssue } from '../shapes/issue.ts';
import type { ShapeLayers } from '../shapes/shape-layers.ts';
import { isObject, own, type ShapeObject } from '../shapes/shapes.ts';

const serverlessConfig = 'create_endpoint_config.ProductionVariants[0].ServerlessConfig';

/**
 * What a serverless variant excludes in the other requests (docs/reference/sagemaker-behavior.md#a-serverless-variant-has-no-instances).
 * SageMaker would say so after the training, when the endpoint configuration is created.
 */
export function serverlessIssues({ training, model, endpointConfig }: ShapeLayers): ShapeIssue[] {
  const config = withoutNulls('CreateEndpointConfig', endpointConfig);
  const [variant] = [config['ProductionVariants']].flat();
  if (!isObject(variant) || own(variant, 'ServerlessConfig') === undefined) return [];
  return [...ofConfig(config), ...ofModel(withoutNulls('CreateModel', model)), ...ofTraining(training)].map((other) => ({
    field: serverlessConfig,
    detail: `excludes ${other}; take one of them away with null`,
  }));
}

function ofConfig(config: ShapeObject): string[] {
  const capture = own(config, 'DataCaptureConfig');
  return [
    ...(isObject(capture) && capture['EnableCapture'] !== false ? ['create_endpoint_config.DataCaptureConfig'] : []),
    ...(own(config, 'AsyncInferenceConfig') === undefined ? [] : ['create_endpoint_config.AsyncInferenceConfig']),
  ];
}

function ofModel(model: ShapeObject): string[] {
  const containers = [
    ['PrimaryContainer', own(model, 'PrimaryContainer')] as const,
    ...[own(model, 'Containers') ?? []].flat().map((held: unknown, index) => [`Containers[${index}]`, held] as const),
  ];
  return [
    ...(own(model, 'VpcConfig') === undefined ? [] : ['create_model.VpcConfig']),
    ...(own(model, 'EnableNetworkIsolation') === true ? ['create_model.EnableNetworkIsolation'] : []),
    ...containers.flatMap(([path, held]) => {
      if (!isObject(held)) return [];
      const isMulti = held['Mode'] === 'MultiModel' ? [`create_model.${path}.Mode MultiModel`] : [];
      return [...isMulti, ...(own(held, 'ModelDataSource') === undefined ? [] : [`create_model.${path}.ModelDataSource`])];
    }),
  ];
}

/** An uncompressed artifact becomes a ModelDataSource. */
function ofTraining(training: ShapeObject): string[] {
  const output = own(training, 'OutputDataConfig');
  const isUncompressed = isObject(output) && output['CompressionType'] === 'NONE';
  return isUncompressed ? ['create_training_job.OutputDataConfig.CompressionType NONE'] : [];
}
