import type { JsonSchema } from '../shapes/to-json-schema.ts';
import type { ObjectShape, PolicyNumber, PolicyShape } from './policy-member.ts';
import { policyShape } from './policy-shape.ts';

/** Returns the JSON Schema of a policy: what checkPolicy refuses. What excludes each other is for policyIssues alone. */
export const policySchema = (): JsonSchema => ({ title: 'How models go live', ...schemaOf(policyShape) });

function schemaOf(shape: PolicyShape): JsonSchema {
  return { ...(shape.about === undefined ? {} : { description: shape.about }), ...valueSchema(shape) };
}

function valueSchema(shape: PolicyShape): JsonSchema {
  switch (shape.type) {
    case 'object':
      return objectSchema(shape);
    case 'list':
      return { type: 'array', items: schemaOf(shape.of), minItems: shape.min, maxItems: shape.max };
    case 'choice':
      return { type: 'string', enum: shape.values };
    case 'text':
      return {
        type: 'string',
        minLength: shape.min,
        maxLength: shape.max,
        ...(shape.pattern === undefined ? {} : { pattern: shape.pattern.source }),
      };
    case 'flag':
      return { type: 'boolean' };
    case 'json':
      return { type: 'object' };
    default:
      return numberSchema(shape);
  }
}

function objectSchema({ members, required }: ObjectShape): JsonSchema {
  const properties = Object.entries(members).map(([member, inner]) => {
    const schema = schemaOf(inner);
    return [member, required?.includes(member) === true ? schema : orNull(schema)];
  });
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required === undefined ? {} : { required }),
    additionalProperties: false,
  };
}

/** null takes a member away. */
const orNull = (schema: JsonSchema): JsonSchema => ({
  ...schema,
  type: [schema['type'], 'null'],
  ...(Array.isArray(schema['enum']) ? { enum: [...(schema['enum'] as readonly unknown[]), null] } : {}),
});

const numberSchema = ({ type, min, max, above, below }: PolicyNumber): JsonSchema => ({
  type,
  ...(min === undefined ? {} : { minimum: min }),
  ...(max === undefined ? {} : { maximum: max }),
  ...(above === undefined ? {} : { exclusiveMinimum: above }),
  ...(below === undefined ? {} : { exclusiveMaximum: below }),
});
