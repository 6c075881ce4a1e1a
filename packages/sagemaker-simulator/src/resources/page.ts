import { createHash } from 'node:crypto';
import { validationError } from '../aws-error.ts';

/** The default of ListTrainingJobs; assumed for the other lists. */
const defaultMaxResults = 10;

export interface ListInput {
  NextToken?: string;
  MaxResults?: number;
  SortBy?: string;
  SortOrder?: 'Ascending' | 'Descending';
  NameContains?: string;
  CreationTimeAfter?: number;
  CreationTimeBefore?: number;
  LastModifiedTimeAfter?: number;
  LastModifiedTimeBefore?: number;
  StatusEquals?: string;
  WarmPoolStatusEquals?: string;
  TrainingPlanArnEquals?: string;
}

/** What lists show and filter by; instants in milliseconds. */
export interface Listed<Summary> {
  name: string;
  createdAt: number;
  modifiedAt: number;
  status: string;
  summary: Summary;
}

interface Cursor {
  /** The last item that was picked, as its sort key and name. */
  after: [string | number, string];
  /** Of the query that the token belongs to. */
  query: string;
}

/**
 * One page. The filters are applied to a page of MaxResults that has been picked already, so that a page may be empty and
 * still have a next one: documented for StatusEquals, observed for LastModifiedTimeAfter (aws/aws-cli#7596), and assumed for all
 * filters and lists, so that no client works here that would miss entries of SageMaker. For the same reason a token is valid
 * only for the query that it came from.
 * @throws {AwsError} ValidationException for an invalid token.
 */
export function createPage<Summary>(items: Listed<Summary>[], input: ListInput): { summaries: Summary[]; NextToken?: string } {
  const query = hashQuery(input);
  const sign = input.SortOrder === 'Descending' ? -1 : 1;
  const keyed = items
    .map((item) => ({ item, key: sortKey(item, input.SortBy) }))
    .toSorted((a, b) => sign * compare([a.key, a.item.name], [b.key, b.item.name]));
  const after = input.NextToken === undefined ? null : readToken(input.NextToken, query);
  const start = after === null ? 0 : keyed.findIndex(({ item, key }) => sign * compare([key, item.name], after) > 0);
  if (start === -1) return { summaries: [] };
  const end = start + (input.MaxResults ?? defaultMaxResults);
  const picked = keyed.slice(start, end);
  const summaries = picked.filter(({ item }) => passes(item, input)).map(({ item }) => item.summary);
  const last = picked.at(-1);
  if (!last || end >= keyed.length) return { summaries };
  const cursor: Cursor = { after: [last.key, last.item.name], query };
  return { summaries, NextToken: Buffer.from(JSON.stringify(cursor)).toString('base64url') };
}

function sortKey(item: Listed<unknown>, sortBy: string | undefined): string | number {
  if (sortBy === 'Name') return item.name;
  return sortBy === 'Status' ? item.status : item.createdAt;
}

function compare(a: [string | number, string], b: [string | number, string]): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  if (a[1] === b[1]) return 0;
  return a[1] < b[1] ? -1 : 1;
}

function passes(item: Listed<unknown>, input: ListInput): boolean {
  const {
    CreationTimeAfter = -Infinity,
    CreationTimeBefore = Infinity,
    LastModifiedTimeAfter = -Infinity,
    LastModifiedTimeBefore = Infinity,
  } = input;
  return (
    (input.StatusEquals === undefined || item.status === input.StatusEquals) &&
    (input.NameContains === undefined || item.name.includes(input.NameContains)) &&
    item.createdAt > CreationTimeAfter * 1000 &&
    item.createdAt < CreationTimeBefore * 1000 &&
    item.modifiedAt > LastModifiedTimeAfter * 1000 &&
    item.modifiedAt < LastModifiedTimeBefore * 1000 &&
    // Nothing here has a warm pool or a training plan.
    input.WarmPoolStatusEquals === undefined &&
    input.TrainingPlanArnEquals === undefined
  );
}

function hashQuery({ NextToken: _token, MaxResults: _size, ...query }: ListInput): string {
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(query).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('base64url')
    .slice(0, 12);
}

function readToken(token: string, query: string): Cursor['after'] {
  try {
    const cursor = JSON.parse(Buffer.from(token, 'base64url').toString()) as Cursor;
    if (cursor.query === query && Array.isArray(cursor.after)) return cursor.after;
  } catch {
    // Falls through to the error for invalid tokens.
  }
  throw validationError('The token is invalid.');
}
