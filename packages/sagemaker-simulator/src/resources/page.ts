import { compare, hashQuery, readToken, writeToken } from './page-token.ts';

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
  return { summaries, NextToken: writeToken([last.key, last.item.name], query) };
}

function sortKey(item: Listed<unknown>, sortBy: string | undefined): string | number {
  if (sortBy === 'Name') return item.name;
  return sortBy === 'Status' ? item.status : item.createdAt;
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
