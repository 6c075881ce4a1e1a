import { ShapeIssues, type ShapeIssue } from './issue.ts';
import { maxTags } from './service-rules.ts';
import { getShape, inputShape, isObject, memberShape, type Shape, type ShapedOperation, type ShapeObject } from './shapes.ts';

/** What the service itself fills in: names, and where the artifact is. Paths without the indexes of lists. */
const supplied: ReadonlySet<string> = new Set([
  'CreateTrainingJob.TrainingJobName',
  'CreateModel.ModelName',
  'CreateModel.PrimaryContainer.ModelDataSource.S3DataSource.S3Uri',
  'CreateEndpointConfig.EndpointConfigName',
  'CreateEndpointConfig.ProductionVariants.VariantName',
]);

/**
 * Of each pair SageMaker takes one: AlgorithmSpecification, ResourceConfig and ProductionVariant in the API reference say so, and the docs
 * of inference pipelines; aws/amazon-sagemaker-operator-for-k8s#164.
 */
const alternatives: Readonly<Record<ShapedOperation, readonly (readonly [holder: string, one: string, other: string])[]>> = {
  CreateTrainingJob: [
    ['AlgorithmSpecification', 'TrainingImage', 'AlgorithmName'],
    ['ResourceConfig', 'InstancePreferences', 'InstanceType'],
    ['ResourceConfig', 'InstancePreferences', 'InstanceGroups'],
    ['ResourceConfig', 'InstanceGroups', 'InstanceType'],
  ],
  CreateModel: [
    ['', 'PrimaryContainer', 'Containers'],
    ['PrimaryContainer', 'ModelDataUrl', 'ModelDataSource'],
  ],
  CreateEndpointConfig: [
    ['ProductionVariants', 'ServerlessConfig', 'InstanceType'],
    ['ProductionVariants', 'ServerlessConfig', 'InitialInstanceCount'],
  ],
};

/** What the API reference says of two members, or of one beyond its bounds. An endpoint would be refused hours later, after the training. */
function ruleIssues(operation: ShapedOperation, merged: ShapeObject): ShapeIssue[] {
  const issues: ShapeIssue[] = [];
  const numbers = (holder: unknown, ...members: string[]): number[] =>
    members.map((member) => (isObject(holder) && typeof holder[member] === 'number' ? holder[member] : Number.NaN));
  if (operation === 'CreateTrainingJob') {
    const [wait = Number.NaN, run = Number.NaN] = numbers(
      merged['StoppingCondition'],
      'MaxWaitTimeInSeconds',
      'MaxRuntimeInSeconds',
    );
    if (wait < run) issues.push({ field: maxWaitTime, detail: 'must be at least MaxRuntimeInSeconds' });
  }
  if (operation === 'CreateEndpointConfig') {
    const [variant] = [merged['ProductionVariants']].flat();
    const holder = isObject(variant) ? variant['ServerlessConfig'] : null;
    const [memory = 0, provisioned = 0, max = 0] = numbers(holder, 'MemorySizeInMB', 'ProvisionedConcurrency', 'MaxConcurrency');
    const field = 'ProductionVariants[0].ServerlessConfig';
    if (memory % 1024 > 0) issues.push({ field: `${field}.MemorySizeInMB`, detail: 'must be a multiple of 1024' });
    if (provisioned > max) issues.push({ field: `${field}.ProvisionedConcurrency`, detail: 'must be at most MaxConcurrency' });
  }
  return issues;
}

/**
 * Returns what the merged layers lack or hold too much of, for withoutNulls' result: required members, of which the caller owes none that
 * the service supplies, members that exclude each other, and tags beside those of the service. Bounds are validateShape's, which the
 * result has to pass as well: two maps within their bound may not be together.
 *
 * @param path What the issues' fields begin with: `create_training_job`.
 */
export function checkMerged(operation: ShapedOperation, merged: ShapeObject, path: string): readonly ShapeIssue[] {
  const issues = new ShapeIssues();
  addMissing(issues, inputShape(operation), merged, { path, model: operation });
  for (const member of ordinaryNeeds(operation, merged)) issues.add(`${path}.${member}`, 'is required');
  if (operation === 'CreateTrainingJob' && lacksMaxWaitTime(merged))
    issues.add(`${path}.${maxWaitTime}`, 'is required with EnableManagedSpotTraining, and must be at least MaxRuntimeInSeconds');
  addConflicts(issues, operation, merged, path);
  return issues.found;
}

/** The same of layers that others are still to be laid over: only what they hold too much of. */
export function checkConflicts(operation: ShapedOperation, merged: ShapeObject, path: string): readonly ShapeIssue[] {
  const issues = new ShapeIssues();
  addConflicts(issues, operation, merged, path);
  return issues.found;
}

function addConflicts(issues: ShapeIssues, operation: ShapedOperation, merged: ShapeObject, path: string): void {
  addExclusive(issues, operation, merged, path);
  for (const { field, detail } of ruleIssues(operation, merged)) issues.add(`${path}.${field}`, detail);
  const tags = merged['Tags'];
  if (Array.isArray(tags) && tags.length > maxTags) issues.add(`${path}.Tags`, `must have at most ${maxTags} entries`);
}

const maxWaitTime = 'StoppingCondition.MaxWaitTimeInSeconds';

/** A spot training has to say how long it may wait for instances. */
function lacksMaxWaitTime(training: ShapeObject): boolean {
  const condition = training['StoppingCondition'];
  return training['EnableManagedSpotTraining'] === true && !(isObject(condition) && has(condition, 'MaxWaitTimeInSeconds'));
}

interface Place {
  readonly path: string;
  readonly model: string;
}

function addMissing(issues: ShapeIssues, shape: Shape, value: unknown, { path, model }: Place): void {
  if (shape.type === 'list' && Array.isArray(value)) {
    for (const [index, entry] of value.entries())
      addMissing(issues, getShape(shape.element), entry, { path: `${path}[${index}]`, model });
  }
  if (shape.type !== 'structure' || !isObject(value)) return;
  for (const member of shape.required ?? []) {
    if (!has(value, member) && !supplied.has(`${model}.${member}`)) issues.add(`${path}.${member}`, 'is required');
  }
  for (const [member, held] of Object.entries(value)) {
    const inner = memberShape(shape, member);
    if (inner !== null) addMissing(issues, inner, held, { path: `${path}.${member}`, model: `${model}.${member}` });
  }
}

const has = (holder: ShapeObject, member: string): boolean => Object.hasOwn(holder, member) && holder[member] !== undefined;

/**
 * What the model does not require, since there is another way: serverless jobs
 * (docs/reference/sagemaker-behavior.md#createtrainingjob-needs-more-than-its-model-says), serverless variants, and pools of instances.
 */
function ordinaryNeeds(operation: ShapedOperation, merged: ShapeObject): string[] {
  if (operation === 'CreateEndpointConfig') return variantNeeds(merged);
  if (operation === 'CreateModel') return containerNeeds(merged);
  if (has(merged, 'ServerlessJobConfig')) return [];
  return ['AlgorithmSpecification', 'ResourceConfig', 'StoppingCondition'].filter((member) => !has(merged, member));
}

function variantNeeds({ ProductionVariants: variants }: ShapeObject): string[] {
  const [variant] = [variants].flat();
  if (!isObject(variant) || has(variant, 'ServerlessConfig')) return [];
  const needs = ['InitialInstanceCount', ...(has(variant, 'InstancePools') ? [] : ['InstanceType'])];
  return needs.filter((member) => !has(variant, member)).map((member) => `ProductionVariants[0].${member}`);
}

/** The image of each container, unless a model package has it; and one container. */
function containerNeeds({ PrimaryContainer: primary, Containers: containers = [] }: ShapeObject): string[] {
  const held = [
    ...(isObject(primary) ? [{ path: 'PrimaryContainer', container: primary }] : []),
    ...[containers].flat().map((container, index) => ({ path: `Containers[${index}]`, container })),
  ];
  if (held.length === 0) return ['PrimaryContainer'];
  return held
    .filter(({ container }) => isObject(container) && !has(container, 'Image') && !has(container, 'ModelPackageName'))
    .map(({ path }) => `${path}.Image`);
}

function addExclusive(issues: ShapeIssues, operation: ShapedOperation, merged: ShapeObject, path: string): void {
  for (const [holder, one, other] of alternatives[operation]) {
    const held = holder === '' ? merged : merged[holder];
    for (const [index, entry] of [held].flat().entries()) {
      if (!isObject(entry) || !has(entry, one) || !has(entry, other)) continue;
      const place = [path, ...(holder === '' ? [] : [Array.isArray(held) ? `${holder}[${index}]` : holder])].join('.');
      issues.add(`${place}.${one}`, `excludes ${other}; take one of them away with null`);
    }
  }
}
