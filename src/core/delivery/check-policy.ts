import { guessName } from '../shapes/guess-name.ts';
import type { ShapeIssue } from '../shapes/issue.ts';
import { isObject, own, type ShapeObject } from '../shapes/shapes.ts';
import { shownName } from '../shapes/validate-shape.ts';
import type { ObjectShape, PolicyNumber, PolicyShape, TextShape } from './policy-member.ts';
import { policyShape } from './policy-shape.ts';

/**
 * Checks the `delivery` part of one layer of the file: members, types and bounds. `null` stands for a member to take away. What the layers
 * come to together is for policyIssues. No issue repeats a value.
 *
 * @param path What the issues' fields begin with: `defaults.delivery`.
 */
export function checkPolicy(value: unknown, path: string): ShapeIssue[] {
  if (value === null) return [{ field: path, detail: 'must be an object: leave it out, or write {}, where it has nothing' }];
  return check({ root: path }, policyShape, value, path);
}

interface Walk {
  readonly root: string;
}

function check(walk: Walk, shape: PolicyShape, value: unknown, path: string): ShapeIssue[] {
  switch (shape.type) {
    case 'object':
      return isObject(value) ? checkMembers(walk, shape, value, path) : [{ field: path, detail: 'must be an object' }];
    case 'list':
      return Array.isArray(value) ? checkList(walk, shape, value, path) : [{ field: path, detail: 'must be an array' }];
    default: {
      const detail = scalarFault(shape, value);
      return detail === null ? [] : [{ field: path, detail }];
    }
  }
}

function checkMembers(walk: Walk, shape: ObjectShape, value: ShapeObject, path: string): ShapeIssue[] {
  const missing = (shape.required ?? []).filter((member) => (own(value, member) ?? null) === null);
  return [
    ...missing.map((member) => ({ field: `${path}.${member}`, detail: 'is required' })),
    ...Object.entries(value).flatMap(([member, held], index): ShapeIssue[] => {
      const inner = Object.hasOwn(shape.members, member) ? shape.members[member] : undefined;
      if (inner === undefined) return [unknownMember(walk, shape, { member, index }, path)];
      return held === null || held === undefined ? [] : check(walk, inner, held, `${path}.${member}`);
    }),
  ];
}

function unknownMember(
  { root }: Walk,
  shape: ObjectShape,
  { member, index }: { member: string; index: number },
  path: string,
): ShapeIssue {
  if (!shownName.test(member)) return { field: path, detail: `has an unknown member, number ${index + 1} of it` };
  const sibling = guessName(member, Object.keys(shape.members));
  const elsewhere = sibling === null ? findPolicyMember(member) : null;
  const meant = sibling ?? (elsewhere === null ? null : `${root}.${elsewhere}`);
  return { field: `${path}.${member}`, detail: `is not a known member${meant === null ? '' : `; did you mean ${meant}?`}` };
}

/** Returns the path of the member with this name, `rollout.guard.max_latency_ms`; null without one, and where several have it. */
export function findPolicyMember(name: string): string | null {
  const paths = membersOf(policyShape, '');
  const meant = guessName(name, [...new Set(paths.map(({ member }) => member))]);
  const [found, other] = paths.filter(({ member }) => member === meant);
  return found === undefined || other !== undefined ? null : found.path;
}

function membersOf(shape: PolicyShape, path: string): { member: string; path: string }[] {
  if (shape.type === 'list') return membersOf(shape.of, `${path}[0]`);
  if (shape.type !== 'object') return [];
  return Object.entries(shape.members).flatMap(([member, inner]) => {
    const place = path === '' ? member : `${path}.${member}`;
    return [{ member, path: place }, ...membersOf(inner, place)];
  });
}

function checkList(
  walk: Walk,
  { of, min, max }: PolicyShape & { type: 'list' },
  value: readonly unknown[],
  path: string,
): ShapeIssue[] {
  const entries = (count: number): string => (count === 1 ? '1 entry' : `${count} entries`);
  if (value.length < min) return [{ field: path, detail: `must have at least ${entries(min)}` }];
  if (value.length > max) return [{ field: path, detail: `must have at most ${entries(max)}` }];
  return value.flatMap((held, index) => check(walk, of, held, `${path}[${index}]`));
}

function scalarFault(shape: Exclude<PolicyShape, { type: 'object' | 'list' }>, value: unknown): string | null {
  switch (shape.type) {
    case 'choice':
      return choiceFault(shape.values, value);
    case 'text':
      return textFault(shape, value);
    case 'flag':
      return typeof value === 'boolean' ? null : 'must be true or false';
    case 'json':
      return isObject(value) ? null : 'must be an object';
    default:
      return numberFault(shape, value);
  }
}

function choiceFault(values: readonly string[], value: unknown): string | null {
  if (typeof value === 'string' && values.includes(value)) return null;
  const meant = typeof value === 'string' ? guessName(value, values) : null;
  return `must be one of ${values.join(', ')}${meant === null ? '' : `; did you mean ${meant}?`}`;
}

function textFault({ min, max, pattern, must }: TextShape, value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return 'must be a string: write it in quotes';
  if (typeof value !== 'string') return 'must be a string';
  if (value.length < min) return 'must not be empty';
  if (value.length > max) return `must be at most ${max} characters long`;
  return pattern === undefined || pattern.test(value) ? null : (must ?? `must match ${pattern.source}`);
}

function numberFault({ type, min, max, above, below }: PolicyNumber, value: unknown): string | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    const quoted = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
    return `must be ${type === 'integer' ? 'an integer' : 'a number'}${quoted ? ': write it without quotes' : ''}`;
  }
  if (type === 'integer' && !Number.isInteger(value)) return 'must be an integer';
  if (above !== undefined && value <= above) return `must be above ${above}`;
  if (below !== undefined && value >= below) return `must be below ${below}`;
  if (min !== undefined && value < min) return `must be at least ${min}`;
  return max !== undefined && value > max ? `must be at most ${max}` : null;
}
