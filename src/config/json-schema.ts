import type * as Draft07 from 'ajv';
import type * as Draft2020 from 'ajv/dist/2020.js';
import { createRequire } from 'node:module';
import { types } from 'node:util';
import vm from 'node:vm';
import type { ShapeIssue } from '../core/shapes/issue.ts';
import type { ShapeObject } from '../core/shapes/shapes.ts';
import { shownName } from '../core/shapes/validate-shape.ts';

const require = createRequire(import.meta.url);

/** Unknown keywords and formats say nothing, as JSON Schema has it; a schema loads nothing from elsewhere. */
const options = { strict: false, validateFormats: false, allErrors: true, logger: false, addUsedSchema: false } as const;

/**
 * The validator of one schema: in a common one a schema would stay for good, and two of the same `$id` exclude each other. Loaded for the
 * first schema: it takes 90 ms, and few files have one.
 */
function newAjv(schema: ShapeObject): Draft07.Ajv {
  const dialect = schema['$schema'];
  if (typeof dialect === 'string' && dialect.startsWith('http://json-schema.org/draft-07/'))
    return new (require('ajv') as typeof Draft07).Ajv(options);
  return new (require('ajv/dist/2020.js') as typeof Draft2020).Ajv2020(options);
}

const unusable =
  'is no JSON Schema that can be used: a $ref leads nowhere, a pattern is no regular expression, or an alias repeats what is around it';

/**
 * Returns what is wrong with a JSON Schema of 2020-12, or of draft-07 where its `$schema` says so, with fields that begin behind its own
 * path: `.properties.label.type`. No issue repeats a value.
 */
export function schemaIssues(schema: ShapeObject): readonly ShapeIssue[] {
  const ajv = newAjv(schema);
  const dialect = schema['$schema'];
  if (dialect !== undefined && (typeof dialect !== 'string' || ajv.getSchema(dialect) === undefined)) {
    const dialects = 'https://json-schema.org/draft/2020-12/schema or http://json-schema.org/draft-07/schema#';
    return [{ field: '.$schema', detail: `must be ${dialects}, or left out` }];
  }
  if (schema['$async'] !== undefined) return [{ field: '.$async', detail: 'is not supported' }];
  try {
    // An alias within itself has no end.
    JSON.stringify(schema);
    if (ajv.validateSchema(schema) === true) {
      ajv.compile(schema);
      return [];
    }
  } catch {
    return [{ field: '', detail: unusable }];
  }
  const issues = (ajv.errors ?? []).map(({ instancePath, message }) => ({
    field: pathOf(instancePath),
    detail: message ?? 'is not valid',
  }));
  // A keyword that takes several types fails once for each.
  return issues.filter(({ field }, index) => issues.findIndex((one) => one.field === field) === index);
}

/** A pattern that backtracks without end would otherwise stop all that the process does; a compiled schema takes microseconds. */
export const longestCheckMs = 1_000;

/** V8 interrupts regular expressions, too, and what it called of another context (node:vm, `timeout`). */
const timed = new vm.Script('check()');

/**
 * Returns why the value is not of the JSON Schema, by its rule and never by what it holds; null where it is. The schema is one in which
 * schemaIssues finds nothing. A comparison that takes longer than `longestCheckMs` counts as a mismatch.
 */
export function whyNotOfSchema(schema: ShapeObject, value: unknown): string | null {
  const validate = newAjv(schema).compile(schema);
  const check = (): boolean => validate(value);
  // Twice, since a process may be paused in the midst of it.
  const isOfSchema = withinTime(check) ?? withinTime(check);
  if (isOfSchema === null)
    return `the comparison takes longer than ${longestCheckMs / 1000} s, as one with a nested repetition in a pattern may`;
  if (isOfSchema) return null;
  const [first] = validate.errors ?? [];
  if (first === undefined) return 'it does not match';
  return `${pathOf(first.instancePath) || 'the whole'} ${first.message ?? first.keyword}`;
}

/** null past the time. */
function withinTime(check: () => boolean): boolean | null {
  try {
    return timed.runInNewContext({ check }, { timeout: longestCheckMs }) as boolean;
  } catch (error) {
    if (types.isNativeError(error) && Reflect.get(error, 'code') === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return null;
    throw error;
  }
}

/** `/properties/a/enum/0` is `.properties.a.enum[0]`: as far as its parts are surely names. */
function pathOf(pointer: string): string {
  const parts = pointer.split('/').slice(1);
  const odd = parts.findIndex((part) => !shownName.test(part));
  return (odd < 0 ? parts : parts.slice(0, odd)).map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`)).join('');
}
