import fc from 'fast-check';
import { type OpenApiDocument, resolve, type Schema } from './openapi-document.ts';

/** Values that a schema allows. Throws for a schema that it does not know how to fill: the document has grown beyond it. */
export function validValues(document: OpenApiDocument, schema: Schema): fc.Arbitrary<unknown> {
  const { type, oneOf, anyOf, ...rest } = resolve(document, schema);
  const alternatives = oneOf ?? anyOf ?? (Array.isArray(type) ? type.map((one) => ({ ...rest, type: one })) : undefined);
  return alternatives === undefined
    ? ofType(document, { ...rest, type })
    : fc.oneof(...alternatives.map((one) => validValues(document, one)));
}

function ofType(document: OpenApiDocument, schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'string':
      return strings(schema);
    case 'integer':
      return fc.integer({ min: schema.minimum, max: schema.maximum });
    case 'number':
      return fc.double({ min: schema.minimum, max: schema.maximum, noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(validValues(document, schema.items ?? {}), { maxLength: 3 });
    case 'object':
      return isShape(schema) ? fc.constant({}) : objects(document, schema);
    case 'null':
      return fc.constant(null);
    case undefined:
      return fc.jsonValue({ maxDepth: 2 });
    default:
      throw new Error(`no values for ${JSON.stringify(schema)}`);
  }
}

/** What goes together in one of SageMaker's shapes no schema can say: test/core/shapes tries those. */
const isShape = ({ allOf = [] }: Schema): boolean => allOf.some(({ $ref }) => $ref?.endsWith('Shape') ?? false);

function strings({ pattern, minLength, maxLength, format, example }: Schema): fc.Arbitrary<string> {
  const examples = typeof example === 'string' ? [fc.constant(example)] : [];
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (pattern === undefined) return fc.oneof(...examples, fc.string({ minLength, maxLength: Math.min(maxLength ?? 40, 40) }));
  const matching = fc.stringMatching(new RegExp(pattern, 'u'), { size: 'small' });
  const allowed = matching.filter((text) => text.length >= (minLength ?? 0) && text.length <= (maxLength ?? Infinity));
  return fc.oneof(...examples, allowed);
}

function objects(document: OpenApiDocument, schema: Schema): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties, propertyNames, example } = schema;
  const known = Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, validValues(document, value)]));
  const fields = fc.record(known, { requiredKeys: required, noNullPrototype: true });
  if (additionalProperties === undefined || typeof additionalProperties === 'boolean') return fields;
  const names = propertyNames === undefined ? fc.stringMatching(/^[A-Za-z_]\w{0,12}$/) : strings(propertyNames);
  const more = fc.dictionary(names, validValues(document, additionalProperties), { maxKeys: 4, noNullPrototype: true });
  const both = fc.tuple(more, fields).map(([some, others]) => ({ ...some, ...others }));
  return typeof example === 'object' ? fc.oneof(fc.constant(example), both) : both;
}
