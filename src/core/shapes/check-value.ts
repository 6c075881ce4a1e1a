import { plainName } from './guess-name.ts';
import { inWords } from './pattern-words.ts';
import type { NumberShape, StringShape } from './shapes.ts';

/** SageMaker's longest text with a pattern. A shape without a bound is not compared beyond it, so that no text takes long. */
const maxPatternLength = 4096;
/** What any value of an enumeration is written with: those that SageMaker will have, too. */
export const enumValue = /^[\w.:+/-]{1,128}$/;
/** A longer list helps no reader. */
const maxListedValues = 12;

export const integerRange = { integer: 2 ** 31 - 1, long: Number.MAX_SAFE_INTEGER };

/** Returns what is wrong with a number, in words that continue its field; null when nothing is. JSON has no NaN. */
export function checkNumber({ type, min, max }: NumberShape, value: unknown): string | null {
  const isInteger = type === 'integer' || type === 'long';
  if (typeof value !== 'number' || !Number.isFinite(value)) return `must be ${isInteger ? 'an integer' : 'a number'}`;
  if (isInteger && !Number.isInteger(value)) return 'must be an integer';
  if (min !== undefined && value < min) return `must be at least ${min}`;
  if (max !== undefined && value > max) return `must be at most ${max}`;
  if (isInteger && value > integerRange[type]) return `must be at most ${integerRange[type]}`;
  if (isInteger && value < -integerRange[type]) return `must be at least -${integerRange[type]}`;
  return null;
}

/** Returns what is wrong with a text, in words that continue its field and repeat nothing of it; null when nothing is. */
export function checkString(shape: StringShape, value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return 'must be a string: write it in quotes';
  if (typeof value !== 'string') return 'must be a string';
  return checkLength(shape, value) ?? checkEnum(shape, value) ?? checkPattern(shape, value);
}

/** SageMaker counts characters; a text has at most as many as JavaScript's units. */
function checkLength({ min = 0, max = Infinity }: StringShape, value: string): string | null {
  if (value.length <= max && value.length >= 2 * min) return null;
  // At least half of the units are characters.
  const length = value.length > 2 * max ? value.length / 2 : Array.from(value).length;
  if (length > max) return `must be at most ${max} characters long`;
  if (length < min) return min === 1 ? 'must not be empty' : `must be at least ${min} characters long`;
  return null;
}

/**
 * A value that the model does not know is one that SageMaker may have by now, and only SageMaker can refuse it
 * (docs/reference/sagemaker-behavior.md#enumerations-grow). What cannot be: a known value in another spelling, and what no value looks like.
 */
function checkEnum({ enum: known }: StringShape, value: string): string | null {
  if (known === undefined || known.includes(value)) return null;
  if (!enumValue.test(value)) return `must be ${known.length === 1 ? '' : 'one of '}${listed(known)}`;
  const plain = plainName(value);
  const meant = known.find((one) => plainName(one) === plain);
  return meant === undefined ? null : `must be written ${meant}`;
}

const listed = (values: readonly string[]): string =>
  values.length <= maxListedValues ? values.join(', ') : `${values.slice(0, maxListedValues).join(', ')}, …`;

const compiled = new Map<string, RegExp>();

function checkPattern({ pattern }: StringShape, value: string): string | null {
  if (pattern === undefined || value.length > maxPatternLength) return null;
  let whole = compiled.get(pattern);
  if (whole === undefined) {
    // Only \p{…} needs the flag; with it, some escapes of the model would be errors.
    whole = new RegExp(`^(?:${pattern})$`, pattern.includes(String.raw`\p{`) ? 'u' : '');
    compiled.set(pattern, whole);
  }
  return whole.test(value) ? null : inWords(pattern);
}
