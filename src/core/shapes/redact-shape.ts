import { isObject, type ShapeObject } from './shapes.ts';

/**
 * The members that hold what callers write for their own programs, which may be secrets: environment variables, hyperparameters, command
 * lines, and the parameters of debugger and profiler. At any depth.
 */
export const secretMembers: readonly string[] = [
  'Environment',
  'HyperParameters',
  'ContainerEntrypoint',
  'ContainerArguments',
  'HookParameters',
  'CollectionParameters',
  'ProfilingParameters',
  'RuleParameters',
];

export const hiddenValue = '***';

/** No shape is deeper; a value that is comes from no check. */
const maxDepth = 20;

/**
 * Returns a request in one of SageMaker's shapes as people may see it: of secretMembers the names of the entries are left, and of an https
 * address no query, which may hold a signature. For display only: what is hidden cannot be restored.
 */
export const redactShape = (shape: ShapeObject): ShapeObject => redactMembers(shape, 0);

const redactMembers = (value: ShapeObject, depth: number): ShapeObject =>
  Object.fromEntries(
    Object.entries(value).map(([member, held]) => [
      member,
      secretMembers.includes(member) ? hideAll(held) : redactValue(held, depth + 1),
    ]),
  );

function redactValue(value: unknown, depth: number): unknown {
  if (depth > maxDepth) return hiddenValue;
  if (Array.isArray(value)) return value.map((entry) => redactValue(entry, depth + 1));
  if (isObject(value)) return redactMembers(value, depth);
  return typeof value === 'string' ? value.replace(/^(https:\/\/[^?]*\?).*/is, `$1${hiddenValue}`) : value;
}

function hideAll(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(() => hiddenValue);
  if (isObject(value)) return Object.fromEntries(Object.keys(value).map((name) => [name, hiddenValue]));
  return value === null ? null : hiddenValue;
}
