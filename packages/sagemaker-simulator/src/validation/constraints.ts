import type { InputShape } from './input-shapes.ts';

const compiled = new Map<string, RegExp>();

/** The model's patterns are Java's, and match the whole value although they are not anchored. */
function compilePattern(source: string): RegExp {
  let pattern = compiled.get(source);
  if (!pattern) {
    const body = `^(?:${source.replaceAll('\\p{Alnum}', 'a-zA-Z0-9').replaceAll('\\p{Print}', '[\\x20-\\x7e]')})$`;
    // Only patterns with properties, or with pairs of surrogates, are of whole characters; the others have escapes that those refuse.
    pattern = /\\p\{|\\uD800\\uDC00/.test(source) ? new RegExp(body, 'u') : new RegExp(body);
    compiled.set(source, pattern);
  }
  return pattern;
}

/** The constraints of a shape that a value of the right type does not satisfy, in AWS's words. */
export function brokenConstraints(shape: InputShape, value: unknown): string[] {
  const broken: string[] = [];
  const size = sizeOf(value);
  if (size !== null) {
    if (shape.min !== undefined && size < shape.min) broken.push(`Member must have length greater than or equal to ${shape.min}`);
    if (shape.max !== undefined && size > shape.max) broken.push(`Member must have length less than or equal to ${shape.max}`);
  }
  if (typeof value === 'number') {
    if (shape.min !== undefined && value < shape.min) broken.push(`Member must have value greater than or equal to ${shape.min}`);
    if (shape.max !== undefined && value > shape.max) broken.push(`Member must have value less than or equal to ${shape.max}`);
  }
  if (typeof value === 'string') {
    if (shape.enum && !shape.enum.includes(value)) {
      broken.push(`Member must satisfy enum value set: [${shape.enum.join(', ')}]`);
    }
    if (shape.pattern !== undefined && !compilePattern(shape.pattern).test(value)) {
      broken.push(`Member must satisfy regular expression pattern: ${shape.pattern}`);
    }
  }
  return broken;
}

function sizeOf(value: unknown): number | null {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : null;
}
