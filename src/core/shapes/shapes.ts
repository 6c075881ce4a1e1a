import table from './sagemaker-shapes.json' with { type: 'json' };

/** The requests of SageMaker's that callers may write in its own shape. */
export type ShapedOperation = 'CreateTrainingJob' | 'CreateModel' | 'CreateEndpointConfig';

/** What one member, element, key or value may hold. `members`, `element`, `key` and `value` name other shapes. */
export type Shape =
  | { readonly type: 'structure'; readonly members: Readonly<Record<string, string>>; readonly required?: readonly string[] }
  | ({ readonly type: 'list'; readonly element: string } & Bounds)
  | ({ readonly type: 'map'; readonly key: string; readonly value: string } & Bounds)
  | StringShape
  | NumberShape
  | { readonly type: 'boolean' };

/** A pattern has the syntax of JavaScript and no anchors (docs/reference/sagemaker-behavior.md#patterns-are-not-anchored). */
export type StringShape = {
  readonly type: 'string';
  readonly pattern?: string;
  readonly enum?: readonly string[];
} & Bounds;

export type NumberShape = { readonly type: 'integer' | 'long' | 'float' | 'double' | 'number' } & Bounds;

/** Of a number its value, of a string its characters, of a list or map its entries. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** A JSON object in one of the shapes, as a caller gave it. */
export type ShapeObject = Readonly<Record<string, unknown>>;

const shapes = table.shapes as Readonly<Record<string, Shape>>;

export function getShape(name: string): Shape {
  const shape = shapes[name];
  if (shape === undefined) throw new Error(`sagemaker-shapes.json has no shape ${name}`);
  return shape;
}

/** The shape of the whole request: a structure. */
export const inputShape = (operation: ShapedOperation): Shape => getShape(table.inputs[operation]);

/** Returns the shape of a member, or null where SageMaker has none of this name. `__proto__` and `constructor` are names like others. */
export const memberShape = (shape: Shape, member: string): Shape | null =>
  shape.type === 'structure' && Object.hasOwn(shape.members, member) ? getShape(shape.members[member] ?? '') : null;

export const isObject = (value: unknown): value is ShapeObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member of the object itself; undefined where it has none, also for names such as `constructor`. */
export const own = (holder: ShapeObject, member: string): unknown => (Object.hasOwn(holder, member) ? holder[member] : undefined);
