import { reservedTagPrefix } from '../sagemaker/tags.ts';
import { enumValue, integerRange } from './check-value.ts';
import { mergeKeys } from './merge-keys.ts';
import { inWords } from './pattern-words.ts';
import { maxTags, serviceNames } from './service-rules.ts';
import {
  getShape,
  inputShape,
  type NumberShape,
  type Shape,
  type ShapedOperation,
  type ShapeObject,
  type StringShape,
} from './shapes.ts';

/** A schema of JSON Schema 2020-12, which OpenAPI 3.1 has too. */
export type JsonSchema = ShapeObject;

/** What the schemas of whole requests are called, beside those of their structures, which have SageMaker's names. */
export const shapeSchemaNames = {
  CreateTrainingJob: 'CreateTrainingJobShape',
  CreateModel: 'CreateModelShape',
  CreateEndpointConfig: 'CreateEndpointConfigShape',
} as const satisfies Readonly<Record<ShapedOperation, string>>;

/**
 * Returns JSON Schemas of the requests that callers may write in SageMaker's own shape, and of each structure in them, by their names. What
 * they refuse, validateShape refuses, too; it also refuses what a schema cannot say: other spellings of known values, and tags and channels
 * that stand twice. Any member may be null, which takes it away, and nothing is required, since a request is one layer of several.
 *
 * @param refPrefix Where the schemas will be: `#/$defs/`.
 */
export function shapeSchemas(refPrefix: string): Readonly<Record<string, JsonSchema>> {
  const schemas: Record<string, JsonSchema> = {};
  const walk: Walk = { schemas, refPrefix };
  for (const operation of Object.keys(shapeSchemaNames) as ShapedOperation[])
    schemas[shapeSchemaNames[operation]] = requestSchema(walk, operation);
  return Object.fromEntries(Object.entries(schemas).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

interface Walk {
  readonly schemas: Record<string, JsonSchema>;
  readonly refPrefix: string;
}

const reference = (name: string): string => `https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_${name}.html`;

/** Each list that is merged by a key needs it in each entry. */
const elementKeys: Readonly<Record<string, string>> = {
  Tag: mergeKeys['Tags'] ?? '',
  Channel: mergeKeys['InputDataConfig'] ?? '',
};

function requestSchema(walk: Walk, operation: ShapedOperation): JsonSchema {
  const shape = inputShape(operation);
  const members = shape.type === 'structure' ? Object.entries(shape.members) : [];
  const properties = members
    .filter(([member]) => !Object.hasOwn(serviceNames[operation], member))
    .map(([member, name]) => [member, orNull({ ...schemaOf(walk, name, member), ...requestRules[member] })]);
  return {
    title: `A layer of ${operation}`,
    description: reference(operation),
    type: 'object',
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  };
}

/** Of service-rules.ts: one model is deployed, and the service adds tags of its own. */
const requestRules: Readonly<Record<string, JsonSchema>> = { ProductionVariants: { maxItems: 1 }, Tags: { maxItems: maxTags } };

/** The shape of the variant that this service names a model for, and the same with a ModelName: a shadow variant. */
const variant = { shape: 'ProductionVariant', list: 'ProductionVariants', shadow: 'ShadowProductionVariant' };

function schemaOf(walk: Walk, name: string, member: string): JsonSchema {
  const shape = getShape(name);
  switch (shape.type) {
    case 'structure':
      return structureReference(walk, name, shape, member);
    case 'list':
      return {
        type: 'array',
        items: schemaOf(walk, shape.element, member),
        ...entryBounds('Items', shape),
      };
    case 'map':
      return {
        type: 'object',
        propertyNames: schemaOf(walk, shape.key, member),
        additionalProperties: orNull(schemaOf(walk, shape.value, member)),
        ...entryBounds('Properties', shape),
      };
    case 'boolean':
      return { type: 'boolean' };
    case 'string':
      return { ...stringSchema(shape), ...(name === 'TagKey' ? { not: { pattern: reservedPrefixes } } : {}) };
    default:
      return numberSchema(shape);
  }
}

/** Structures are schemas of their own, and all else stands where it is used: a reader sees it at once. */
function structureReference(walk: Walk, name: string, shape: Shape & { type: 'structure' }, member: string): JsonSchema {
  const isShadow = name === variant.shape && member !== variant.list;
  const schemaName = isShadow ? variant.shadow : name;
  const ref = { $ref: `${walk.refPrefix}${schemaName}` };
  if (schemaName in walk.schemas) return ref;
  walk.schemas[schemaName] = {};
  const isOurs = (inner: string): boolean => name === variant.shape && !isShadow && inner === 'ModelName';
  const key = elementKeys[name];
  const properties = Object.entries(shape.members)
    .filter(([inner]) => !isOurs(inner))
    .map(([inner, shapeName]) => {
      const schema = schemaOf(walk, shapeName, inner);
      return [inner, inner === key ? schema : orNull(schema)];
    });
  walk.schemas[schemaName] = {
    title: schemaName,
    description: reference(name),
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(key === undefined ? {} : { required: [key] }),
    additionalProperties: false,
  };
  return ref;
}

const orNull = (schema: JsonSchema): JsonSchema =>
  '$ref' in schema ? { anyOf: [schema, { type: 'null' }] } : { ...schema, type: [schema['type'], 'null'] };

const entryBounds = (what: 'Items' | 'Properties', { min, max }: { min?: number; max?: number }): JsonSchema => ({
  ...(min === undefined ? {} : { [`min${what}`]: min }),
  ...(max === undefined ? {} : { [`max${what}`]: max }),
});

function stringSchema({ min, max, pattern, enum: known }: StringShape): JsonSchema {
  const length = { ...(min === undefined ? {} : { minLength: min }), ...(max === undefined ? {} : { maxLength: max }) };
  // SageMaker may have further values by now (docs/reference/sagemaker-behavior.md#enumerations-grow).
  if (known !== undefined)
    return {
      type: 'string',
      description: 'SageMaker may take further values',
      ...length,
      examples: known,
      pattern: enumValue.source,
    };
  if (pattern === undefined) return { type: 'string', ...length };
  return { type: 'string', description: inWords(pattern).replace(/^m/, 'M'), ...length, pattern: `^(?:${pattern})$` };
}

function numberSchema({ type, min, max }: NumberShape): JsonSchema {
  if (type !== 'integer' && type !== 'long') {
    return { type: 'number', ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
  }
  return { type: 'integer', minimum: min ?? -integerRange[type], maximum: Math.min(max ?? Infinity, integerRange[type]) };
}

/** In any case, as JSON Schema cannot say otherwise. */
const reservedPrefixes = `^(?:${[reservedTagPrefix, 'aws:']
  .map((prefix) => prefix.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`))
  .join('|')})`;
