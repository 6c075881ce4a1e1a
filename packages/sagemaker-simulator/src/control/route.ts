import type { z } from 'zod';
import type { SimulatorContext } from '../context.ts';
import { ControlError, invalidControl } from './control-error.ts';

/** A control route. A `:part` of its path matches any one segment, which is decoded. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  run: (context: SimulatorContext, request: ControlRequest) => unknown;
}

export interface ControlRequest {
  params: string[];
  query: Record<string, string>;
  body: unknown;
}

/** @throws {ControlError} 422, naming each thing that is wrong. */
export function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw invalidControl(result.error);
  return result.data;
}

/** The first segment that a route's path leaves open: the resource's name. */
export function firstParam({ params }: ControlRequest): string {
  const [param] = params;
  if (param === undefined) throw new ControlError(404, 'no such route');
  return param;
}

/** The values of a path's open segments, or null when the path is another. */
export function match(route: Route, method: string, path: string): string[] | null {
  if (route.method !== method) return null;
  const wanted = route.path.split('/');
  const actual = path.split('/');
  if (wanted.length !== actual.length) return null;
  const params: string[] = [];
  for (const [index, segment] of wanted.entries()) {
    const value = actual[index] ?? '';
    if (segment.startsWith(':')) params.push(decodeURIComponent(value));
    else if (segment !== value) return null;
  }
  return params;
}
