import type { ApiContext } from '../env.ts';
import type { FieldIssue } from './api-error.ts';
import { pointerTo } from './json-pointer.ts';

/** The issues of a JSON body, each with its place in it. */
export function withPointers(c: ApiContext, issues: readonly FieldIssue[]): FieldIssue[] {
  if (issues.length === 0) return [];
  const body = sentBody(c);
  return issues.map((issue) => ({ ...issue, pointer: pointerTo(issue.field, body) }));
}

function sentBody(c: ApiContext): unknown {
  try {
    return JSON.parse(c.get('body')?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}
