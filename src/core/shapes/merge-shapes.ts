import { mergeKeys } from './merge-keys.ts';
import { withoutExcluded } from './fall-away.ts';
import {
  getShape,
  inputShape,
  isObject,
  memberShape,
  own,
  type Shape,
  type ShapedOperation,
  type ShapeObject,
} from './shapes.ts';

/** An entry of a merged list is gone when this member of it was taken away: no layer could remove the entry otherwise. */
const removedWithout: Readonly<Record<string, string>> = { Tags: 'Value', InputDataConfig: 'DataSource' };

/**
 * Lays layers over each other, the lowest first: objects member by member, arrays replaced but for tags, channels and the one production
 * variant, each `null` in place of what it takes away. What a layer says another way than those below takes theirs away (fall-away.ts). The nulls stay in the result, so that it takes away from a layer below, too: the
 * members that a live endpoint has. withoutNulls makes a request of it. The layers have passed validateShape; none is changed.
 *
 * @param parts The highest layer in parts, the lowest first. None takes anything away of another one: what excludes each other in them is
 *   left to checkMerged.
 */
export function mergeLayers(
  operation: ShapedOperation,
  layers: readonly ShapeObject[],
  parts: readonly ShapeObject[] = [],
): ShapeObject {
  const below = withoutExcluded(operation, [...layers, overlay(operation, parts)]).slice(0, layers.length);
  return overlay(operation, [...below, ...parts]);
}

const overlay = (operation: ShapedOperation, layers: readonly ShapeObject[]): ShapeObject =>
  layers.reduce<ShapeObject>((lower, upper) => mergeMembers(inputShape(operation), lower, upper, mergeListMember), {});

/** How a member is merged that is neither an object nor taken away; by default the upper one replaces the lower. */
type MergeList = (shape: Shape, member: string, lower: readonly unknown[], upper: readonly unknown[]) => readonly unknown[];

const replace: MergeList = (_shape, _member, _lower, upper) => upper;

/** `Object.fromEntries` and `Object.hasOwn` take `__proto__` and `constructor` for names like others. */
function mergeMembers(shape: Shape, lower: ShapeObject, upper: ShapeObject, mergeList: MergeList): ShapeObject {
  const members = new Set([...Object.keys(lower), ...Object.keys(upper)]);
  return Object.fromEntries(
    [...members].map((member) => {
      const [below, above] = [own(lower, member), own(upper, member)];
      const inner = shape.type === 'map' ? getShape(shape.value) : memberShape(shape, member);
      return [member, mergeValues(inner, member, below, above, mergeList)];
    }),
  );
}

/** As deep as SageMaker's model: what it does not know is replaced as a whole. */
function mergeValues(shape: Shape | null, member: string, lower: unknown, upper: unknown, mergeList: MergeList): unknown {
  if (upper === undefined) return lower;
  if (shape === null) return upper;
  if (isObject(lower) && isObject(upper)) return mergeMembers(shape, roomFor(member, lower, upper), upper, replace);
  // What was taken away stays so for a layer below that is not here, but for what is said again.
  if (lower === null && isObject(upper) && shape.type === 'structure')
    return mergeMembers(shape, nothingOf(shape), upper, replace);
  if (Array.isArray(lower) && Array.isArray(upper)) return mergeList(shape, member, lower, upper);
  return upper;
}

const nothingOf = (shape: Shape & { type: 'structure' }): ShapeObject =>
  Object.fromEntries(Object.keys(shape.members).map((member) => [member, null]));

/** A data source is one of several kinds: another kind in the upper layer takes the place of the lower one's. */
function roomFor(member: string, lower: ShapeObject, upper: ShapeObject): ShapeObject {
  const isOtherKind = member === 'DataSource' && Object.values(upper).some((held) => held !== null && held !== undefined);
  return isOtherKind ? Object.fromEntries(Object.entries(lower).filter(([kind]) => Object.hasOwn(upper, kind))) : lower;
}

/** A list that is a member of the request itself. */
function mergeListMember(shape: Shape, member: string, lower: readonly unknown[], upper: readonly unknown[]): readonly unknown[] {
  if (shape.type !== 'list') return upper;
  const element = getShape(shape.element);
  const key = mergeKeys[member];
  if (key !== undefined) return mergeByKey(element, key, lower, upper);
  return member === 'ProductionVariants' ? mergeVariant(element, lower, upper) : upper;
}

/** In the order of their first layer. */
function mergeByKey(element: Shape, key: string, lower: readonly unknown[], upper: readonly unknown[]): readonly unknown[] {
  const entries = new Map<unknown, unknown>();
  for (const entry of [...lower, ...upper]) {
    // Without a key, which validateShape refuses, an entry is one of its own.
    const name = isObject(entry) ? (own(entry, key) ?? entry) : entry;
    entries.set(name, mergeValues(element, '', entries.get(name), entry, replace));
  }
  return [...entries.values()];
}

function mergeVariant(element: Shape, lower: readonly unknown[], upper: readonly unknown[]): readonly unknown[] {
  const [below, above] = [lower[0], upper[0]];
  if (lower.length !== 1 || upper.length !== 1 || !isObject(below) || !isObject(above)) return upper;
  return [mergeMembers(element, below, above, replace)];
}

/** Returns what layers come to as a request: without the members, tags and channels that were taken away. */
export const withoutNulls = (operation: ShapedOperation, merged: ShapeObject): ShapeObject =>
  withoutNullMembers(inputShape(operation), merged, true);

function withoutNullMembers(shape: Shape, value: ShapeObject, isRequest: boolean): ShapeObject {
  const kept = Object.entries(value).filter(([, held]) => held !== null && held !== undefined);
  return Object.fromEntries(
    kept.flatMap(([member, held]) => {
      const inner = shape.type === 'map' ? getShape(shape.value) : memberShape(shape, member);
      const left = isRequest && Array.isArray(held) ? withoutRemoved(member, held) : held;
      return left === null ? [] : [[member, inner === null ? left : withoutNullsWithin(inner, left)]];
    }),
  );
}

function withoutNullsWithin(shape: Shape, value: unknown): unknown {
  if (isObject(value)) return withoutNullMembers(shape, value, false);
  if (!Array.isArray(value) || shape.type !== 'list') return value;
  const element = getShape(shape.element);
  return value.map((entry) => withoutNullsWithin(element, entry));
}

/** Returns null for a list that had entries, and has lost all. */
function withoutRemoved(member: string, entries: readonly unknown[]): readonly unknown[] | null {
  const content = removedWithout[member];
  if (content === undefined) return entries;
  const left = entries.filter((entry) => !isObject(entry) || own(entry, content) !== null);
  return left.length === 0 && entries.length > 0 ? null : left;
}
