import { createHash } from 'node:crypto';
import { validationError } from '../aws-error.ts';

/** The last item that was returned, as its sort key and name. */
export type Position = [key: string | number, name: string];

/** Before and after which other item one comes, ascending. */
export function compare(a: Position, b: Position): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  if (a[1] === b[1]) return 0;
  return a[1] < b[1] ? -1 : 1;
}

/** A NextToken. It is valid for the query that it came from, and no other. */
export const writeToken = (after: Position, query: string): string =>
  Buffer.from(JSON.stringify({ after, query })).toString('base64url');

/** @throws {AwsError} ValidationException for one that is none, or of another query. */
export function readToken(token: string, query: string): Position {
  try {
    const cursor = JSON.parse(Buffer.from(token, 'base64url').toString()) as { after: Position; query: string };
    if (cursor.query === query && Array.isArray(cursor.after)) return cursor.after;
  } catch {
    // Falls through to the error for invalid tokens.
  }
  throw validationError('The token is invalid.');
}

/** Of an input without its token and its page size, which may change from page to page. */
export function hashQuery({
  NextToken: _token,
  MaxResults: _size,
  ...query
}: {
  NextToken?: string;
  MaxResults?: number;
}): string {
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(query).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('base64url')
    .slice(0, 12);
}
