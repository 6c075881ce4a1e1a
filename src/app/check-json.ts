import { newAjv } from '../config/json-schema.ts';
import type { ShapeObject } from '../core/shapes/shapes.ts';

/**
 * Returns why the value is not of the JSON Schema, by its rule and never by its content; null where it is. A schema that cannot be compiled
 * is refused at start (schemaIssues of src/config/json-schema.ts), and here a reason like others.
 */
export function checkJson(schema: ShapeObject, value: unknown): string | null {
  const validate = newAjv(schema).compile(schema);
  if (validate(value)) return null;
  const [first] = validate.errors ?? [];
  return first === undefined ? 'it does not match' : `${first.instancePath || 'the whole'} ${first.message ?? first.keyword}`;
}
