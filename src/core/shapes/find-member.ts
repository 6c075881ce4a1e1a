import { plainName } from './guess-name.ts';
import { getShape, inputShape, type Shape, type ShapedOperation } from './shapes.ts';

/**
 * Returns where in the request SageMaker has a member of this name, however its case: `StoppingCondition.MaxRuntimeInSeconds` for
 * `MaxRuntimeInSeconds`. The place nearest to the top, and null where there is none. A list's element is its first: `Tags[0].Key`.
 */
export function findMember(operation: ShapedOperation, name: string): string | null {
  const wanted = plainName(name);
  let level: { path: string; shape: Shape }[] = [{ path: '', shape: inputShape(operation) }];
  // The shapes are a tree (test/core/shapes/sagemaker-shapes.test.ts), so that the levels end.
  while (level.length > 0) {
    const inner = level.flatMap(({ path, shape }) => membersOf(path, shape));
    const found = inner.find(({ member }) => member !== null && plainName(member) === wanted);
    if (found !== undefined) return found.path;
    level = inner;
  }
  return null;
}

function membersOf(path: string, shape: Shape): { path: string; shape: Shape; member: string | null }[] {
  if (shape.type === 'list') return [{ path: `${path}[0]`, shape: getShape(shape.element), member: null }];
  if (shape.type !== 'structure') return [];
  return Object.entries(shape.members).map(([member, inner]) => ({
    path: path === '' ? member : `${path}.${member}`,
    shape: getShape(inner),
    member,
  }));
}
