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
  inputs: Record<Operation, string>;
  shapes: Record<string, InputShape>;
}

const { inputs, shapes } = JSON.parse(readFileSync(new URL('input-shapes.json', import.meta.url), 'utf8')) as InputShapes;

export function getShape(name: string): InputShape {
  const shape = shapes[name];
  if (!shape) throw new Error(`input-shapes.json has no shape ${name}`);
  return shape;
}

export const getInputShape = (operation: Operation): InputShape => getShape(inputs[operation]);
