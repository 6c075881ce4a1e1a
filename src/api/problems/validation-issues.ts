import type { z } from 'zod';
import type { FieldIssue } from './api-error.ts';

type Issue = z.core.$ZodIssue;

/** zod's issues as the entries of an `invalid_request`: one for each unknown field, and for a bad key the rule that it breaks. */
export const toFieldIssues = (error: { issues: readonly Issue[] }, part: string): FieldIssue[] =>
  error.issues.flatMap((issue) => toFieldIssue(issue, part));

function toFieldIssue(issue: Issue, part: string): FieldIssue[] {
  const field = (...key: PropertyKey[]): string => pathOf([...issue.path, ...key]) || part;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ field: field(key), detail: 'is not a known field' }));
    case 'invalid_key':
      return issue.issues.map((inner) => ({ field: field(), detail: `has a name that ${inner.message}` }));
    default:
      return [{ field: field(), detail: issue.message }];
  }
}

/** As in JavaScript: `metric_definitions[0].name`. */
const pathOf = (keys: readonly PropertyKey[]): string =>
  keys.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`)).join('');
