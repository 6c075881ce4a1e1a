import { getShape, inputShape, isObject, memberShape, type Shape, type ShapedOperation, type ShapeObject } from './shapes.ts';

/**
 * Returns what a description says in the members of the request, at any depth: SageMaker adds its own, such as ARNs and times. Members that
 * it shows as null are left out.
 */
export const knownMembers = (operation: ShapedOperation, description: object): ShapeObject =>
  knownWithin(inputShape(operation), description) as ShapeObject;

function knownWithin(shape: Shape, value: unknown): unknown {
  if (Array.isArray(value) && shape.type === 'list') return value.map((entry) => knownWithin(getShape(shape.element), entry));
  if (!isObject(value) || shape.type !== 'structure') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([member, held]) => {
      const inner = memberShape(shape, member);
      return inner === null || held === null || held === undefined ? [] : [[member, knownWithin(inner, held)]];
    }),
  );
}
