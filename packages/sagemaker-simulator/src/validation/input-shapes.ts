import { readFileSync } from 'node:fs';
import type { Operation } from '../operations.ts';

/** A shape of SageMaker's API model; members, elements, keys and values name other shapes. */
export interface InputShape {
  type: 'structure' | 'list' | 'map' | 'string' | 'integer' | 'long' | 'float' | 'double' | 'boolean' | 'timestamp';
  required?: string[];
  members?: Record<string, string>;
  member?: string;
  key?: string;
  value?: string;
  enum?: string[];
  min?: number;
  max?: number;
  pattern?: string;
}

interface InputShapes {
  inputs: Partial<Record<Operation, string>>;
  shapes: Record<string, InputShape>;
}

/** The names of the other services' shapes begin with `AutoScaling.` and `CloudWatch.`, so that no two are the same. */
const models = ['input-shapes.json', 'autoscaling-input-shapes.json', 'cloudwatch-input-shapes.json'].map(
  (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as InputShapes,
);
const shapes = new Map(models.flatMap((model) => Object.entries(model.shapes)));
const inputs = new Map(models.flatMap((model) => Object.entries(model.inputs)));

export function getShape(name: string): InputShape {
  const shape = shapes.get(name);
  if (!shape) throw new Error(`the API models have no shape ${name}`);
  return shape;
}

export const getInputShape = (operation: Operation): InputShape => getShape(inputs.get(operation) ?? '');
