import type { z } from 'zod';
import type { FieldIssue } from './table.ts';

type Issue = z.core.$ZodIssue;

/** zod's issues as entries of an invalid_request, one a fault: an unknown field is one each, and a bad key names its rule. */
export const toFieldIssues = (error: { issues: readonly Issue[] }, part: string): FieldIssue[] =>
  error.issues.flatMap((issue) => toFieldIssue(issue, part));

function toFieldIssue(issue: Issue, part: string): FieldIssue[] {
  const at = (key?: PropertyKey) => fieldName([...issue.path, ...(key === undefined ? [] : [key])], part);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ field: at(key), detail: 'is not a known field' }));
    case 'invalid_key':
      return issue.issues.map((inner) => ({ field: at(), detail: `has a name that ${inner.message}` }));
    default:
      return [{ field: at(), detail: issue.message }];
  }
}

function fieldName(path: PropertyKey[], part: string): string {
  if (path.length === 0) return part;
  const name = path.map(String).join('.');
  return part === 'header' ? name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase()) : name;
}
