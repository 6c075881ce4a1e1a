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

/** The values of secretMembers, for a search in texts: those of environment variables by their names, all others by their number. */
export interface SecretValues {
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

/** All values of secretMembers in the shapes. */
export function secretsOf(...shapes: readonly ShapeObject[]): SecretValues {
  const others: string[] = [];
  const environment = new Map<string, string>();
  const collect = (member: string, value: unknown, depth: number): void => {
    if (depth > maxDepth || value === null || value === undefined) return;
    if (member === 'Environment' && isObject(value)) {
      for (const [name, held] of Object.entries(value)) {
        // A second container may have another value under the same name.
        if (environment.has(name) || typeof held !== 'string') others.push(...textsIn(held, depth));
        else environment.set(name, held);
      }
    } else if (secretMembers.includes(member)) others.push(...textsIn(value, depth));
    else if (Array.isArray(value)) for (const entry of value) collect('', entry, depth + 1);
    else if (isObject(value)) for (const [inner, held] of Object.entries(value)) collect(inner, held, depth + 1);
  };
  for (const shape of shapes) collect('', shape, 0);
  return { hyperparameters: Object.fromEntries(others.entries()), environment: Object.fromEntries(environment) };
}

function textsIn(value: unknown, depth: number): string[] {
  if (depth > maxDepth) return [];
  if (Array.isArray(value)) return value.flatMap((entry) => textsIn(entry, depth + 1));
  if (isObject(value)) return Object.values(value).flatMap((held) => textsIn(held, depth + 1));
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
}
