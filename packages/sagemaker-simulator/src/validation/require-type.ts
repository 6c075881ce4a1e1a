import { AwsError } from '../aws-error.ts';
import type { InputShape } from './input-shapes.ts';

type ScalarType = Exclude<InputShape['type'], 'structure' | 'list' | 'map'>;

const typeNames: Record<ScalarType, string> = {
  string: 'a String',
  integer: 'an Integer',
  long: 'a Long',
  float: 'a Float',
  double: 'a Double',
  boolean: 'a Boolean',
  timestamp: 'a Timestamp',
};

/** AWS JSON 1.1 writes a timestamp as a number of seconds since 1970 UTC. */
const writtenAs = (type: ScalarType): 'string' | 'boolean' | 'number' =>
  type === 'string' || type === 'boolean' ? type : 'number';

/** @throws {AwsError} SerializationException when the JSON value is not of the shape's type; SageMaker converts nothing. */
export function requireType(shape: InputShape, value: unknown): void {
  const { type } = shape;
  if (type === 'structure' || type === 'map') {
    if (typeof value !== 'object' || value === null) throw unreadable('Expected map or null');
    if (Array.isArray(value)) throw unreadable('Start of list found where not expected');
  } else if (type === 'list') {
    if (typeof value !== 'object' || value === null) throw unreadable('Expected list or null');
    if (!Array.isArray(value)) throw unreadable('Start of structure or map found where not expected.');
  } else {
    requireScalar(type, value);
  }
}

function requireScalar(type: ScalarType, value: unknown): void {
  if (typeof value === 'object') {
    throw unreadable(`Start of ${Array.isArray(value) ? 'list' : 'structure or map'} found where not expected.`);
  }
  const whole = type === 'integer' || type === 'long';
  if (typeof value === writtenAs(type) && (!whole || Number.isInteger(value))) return;
  throw unreadable(`${toToken(value, whole)} can not be converted to ${typeNames[type]}`);
}

function toToken(value: unknown, whole: boolean): string {
  if (typeof value === 'string') return 'STRING_VALUE';
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return whole ? 'DECIMAL_VALUE' : 'NUMBER_VALUE';
}

const unreadable = (message: string): AwsError => new AwsError('SerializationException', message);
