import { validationError } from '../aws-error.ts';
import { type Entry, typeOf, type Value, valuesOf } from './properties.ts';

export type Operator =
  | 'Equals'
  | 'NotEquals'
  | 'GreaterThan'
  | 'GreaterThanOrEqualTo'
  | 'LessThan'
  | 'LessThanOrEqualTo'
  | 'Contains'
  | 'Exists'
  | 'NotExists'
  | 'In';

export interface Filter {
  Name: string;
  Operator?: Operator;
  Value?: string;
}

export interface SearchExpression {
  Filters?: Filter[];
  NestedFilters?: { NestedPropertyName: string; Filters: Filter[] }[];
  SubExpressions?: SearchExpression[];
  Operator?: 'And' | 'Or';
}

export type Test = (entry: Entry) => boolean;

/** Documented: the most conditions of one expression, and the text for a second Contains. Other texts here are made up. */
const maxConditions = 50;

/**
 * What an expression asks of a training job.
 * @throws {AwsError} ValidationException for one that asks nothing or too much, an unknown property, an operator that the property does
 * not have, and a value that is no number or time where the property is one.
 */
export function compileExpression(expression: SearchExpression | undefined): Test {
  if (expression === undefined) return () => true;
  const filters = allFilters(expression);
  if (countConditions(expression) > maxConditions)
    throw validationError(`The maximum number of conditions in a SearchExpression is ${maxConditions}.`);
  if (filters.filter(({ Operator: operator }) => operator === 'Contains').length > 1)
    throw validationError("'CONTAINS' operator usage limit of 1 exceeded.");
  return compile(expression);
}

function compile({ Filters = [], NestedFilters = [], SubExpressions = [], Operator: operator = 'And' }: SearchExpression): Test {
  const tests = [
    ...Filters.map((filter) => compileFilter(filter)),
    // The values of one list element are not distinguished: each filter may be met by another one.
    ...NestedFilters.flatMap(({ NestedPropertyName: nested, Filters: inner }) => {
      typeOf(nested);
      const conditions = inner.map((filter) =>
        compileFilter(filter.Name.startsWith(`${nested}.`) ? filter : { ...filter, Name: `${nested}.${filter.Name}` }),
      );
      return [(entry: Entry) => conditions.every((test) => test(entry))];
    }),
    ...SubExpressions.map(compile),
  ];
  if (tests.length === 0)
    throw validationError('A SearchExpression must have at least one subexpression, filter, or nested filter.');
  return operator === 'Or' ? (entry) => tests.some((test) => test(entry)) : (entry) => tests.every((test) => test(entry));
}

function compileFilter({ Name: name, Operator: operator = 'Equals', Value: value }: Filter): Test {
  const type = typeOf(name);
  const values = (entry: Entry): Value[] => valuesOf(entry, name);
  if (operator === 'Exists') return (entry) => values(entry).length > 0;
  if (operator === 'NotExists') return (entry) => values(entry).length === 0;
  if (value === undefined) throw validationError(`The filter on ${name} has no value.`);
  switch (operator) {
    case 'Equals':
      return equals(type, name, value, values);
    case 'NotEquals': {
      const isEqual = equals(type, name, value, values);
      return (entry) => !isEqual(entry);
    }
    case 'In':
    case 'Contains': {
      if (type === 'number' || type === 'time') throw unsupported(operator, name);
      const among = value.split(',').map((one) => one.trim());
      return (entry) =>
        values(entry).some((one) => (operator === 'In' ? among.includes(String(one)) : String(one).includes(value)));
    }
    default:
      return compares(operator, type, name, value, values);
  }
}

type ReadValues = (entry: Entry) => Value[];

function equals(type: string, name: string, value: string, values: ReadValues): Test {
  if (type !== 'number' && type !== 'time') return (entry) => values(entry).some((one) => String(one) === value);
  const wanted = toNumber(type, name, value);
  return (entry) => values(entry).includes(wanted);
}

function compares(
  operator: 'GreaterThan' | 'GreaterThanOrEqualTo' | 'LessThan' | 'LessThanOrEqualTo',
  type: string,
  name: string,
  value: string,
  values: ReadValues,
): Test {
  if (type === 'text') throw unsupported(operator, name);
  const limit = toNumber(type, name, value);
  const test = {
    GreaterThan: (one: number) => one > limit,
    GreaterThanOrEqualTo: (one: number) => one >= limit,
    LessThan: (one: number) => one < limit,
    LessThanOrEqualTo: (one: number) => one <= limit,
  }[operator];
  return (entry) => values(entry).some((one) => typeof one === 'number' && test(one));
}

/** Documented as YYYY-mm-dd'T'HH:MM:SS; public programs send a fraction and a Z, too. Without a zone it is UTC. */
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;

function toNumber(type: string, name: string, value: string): number {
  if (type === 'time') {
    const [, , zone] = timePattern.exec(value) ?? [];
    const at = timePattern.test(value) ? Date.parse(zone === undefined ? `${value}Z` : value) : NaN;
    if (Number.isNaN(at)) throw validationError(`The value ${value} of the filter on ${name} is no timestamp.`);
    return at;
  }
  const number = Number(value);
  if (Number.isNaN(number)) throw validationError(`The value ${value} of the filter on ${name} is no number.`);
  return number;
}

const unsupported = (operator: string, name: string): Error =>
  validationError(`The operator ${operator} is not supported for the property ${name}.`);

function allFilters({ Filters = [], NestedFilters = [], SubExpressions = [] }: SearchExpression): Filter[] {
  return [...Filters, ...NestedFilters.flatMap(({ Filters: inner }) => inner), ...SubExpressions.flatMap(allFilters)];
}

function countConditions({ Filters = [], NestedFilters = [], SubExpressions = [] }: SearchExpression): number {
  const nested = NestedFilters.reduce((sum, { Filters: inner }) => sum + 1 + inner.length, 0);
  return Filters.length + nested + SubExpressions.reduce((sum, one) => sum + 1 + countConditions(one), 0);
}
