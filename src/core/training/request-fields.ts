import type { ShapeLayers } from '../shapes/shape-layers.ts';
import type { ShapeObject } from '../shapes/shapes.ts';
import { trainChannel } from './settings-layer.ts';

/** The fields of a request beside SageMaker's shapes. What is left out says nothing. */
export interface RequestFields {
  hyperparameters?: Record<string, string>;
  trainingImage?: string;
  servingImage?: string;
  instanceType?: string;
  instanceCount?: number;
  maxRuntimeSeconds?: number;
  inputS3Uri?: string;
  environment?: Record<string, string>;
  tags?: Record<string, string>;
  metricDefinitions?: readonly MetricDefinition[];
}

/** Without a `regex` the usual ways to print a metric are meant (usualRegex). */
export interface MetricDefinition {
  name: string;
  regex?: string;
}

/** The highest layer: the fields of a request in SageMaker's shapes. */
export const fieldsLayer = (fields: RequestFields): ShapeLayers => ({
  training: present({
    AlgorithmSpecification: present({
      TrainingImage: fields.trainingImage,
      MetricDefinitions: fields.metricDefinitions?.map(({ name, regex }) => ({ Name: name, Regex: regex ?? usualRegex(name) })),
    }),
    HyperParameters: fields.hyperparameters,
    Environment: fields.environment,
    ResourceConfig: present({ InstanceType: fields.instanceType, InstanceCount: fields.instanceCount }),
    StoppingCondition: present({ MaxRuntimeInSeconds: fields.maxRuntimeSeconds }),
    InputDataConfig: fields.inputS3Uri === undefined ? undefined : [trainChannel(fields.inputS3Uri)],
    Tags: fields.tags && Object.entries(fields.tags).map(([Key, Value]) => ({ Key, Value })),
  }),
  model: present({ PrimaryContainer: present({ Image: fields.servingImage }) }),
  endpointConfig: {},
});

/** Without the members that say nothing: undefined, and objects without a member. */
const present = (members: Record<string, unknown>): ShapeObject =>
  Object.fromEntries(Object.entries(members).filter(([, held]) => held !== undefined && !isEmpty(held)));

const isEmpty = (held: unknown): boolean => typeof held === 'object' && held !== null && Object.keys(held).length === 0;

/**
 * The ways in which training scripts usually print a metric: `name=0.5`, `name: 0.5`, `'name': 0.5`, `"name": 0.5`, `name 0.5`, also in
 * the scientific notation. SageMaker searches the logs for the regular expression, and takes what its one group finds
 * (docs/reference/sagemaker-behavior.md#metric-definitions-search-the-logs).
 */
export const usualRegex = (name: string): string =>
  String.raw`(?:^|[^\w:-])${literally(name)}['"]?\s*[=: ]\s*([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)`;

const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
