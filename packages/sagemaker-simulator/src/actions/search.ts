import type { Call, Output } from '../call.ts';
import { validationError } from '../aws-error.ts';
import { compare, hashQuery, readToken, writeToken } from '../resources/page-token.ts';
import { viewFoundTrainingJob } from '../resources/training-job-view.ts';
import { compileExpression, type SearchExpression } from '../search/expression.ts';
import { toIndexed } from '../search/indexed-job.ts';
import { type Entry, typeOf, valuesOf } from '../search/properties.ts';

interface SearchInput {
  Resource: string;
  SearchExpression?: SearchExpression;
  SortBy?: string;
  SortOrder?: 'Ascending' | 'Descending';
  NextToken?: string;
  MaxResults?: number;
  CrossAccountFilterOption?: 'SameAccount' | 'CrossAccount';
  VisibilityConditions?: { Key?: string; Value?: string }[];
}

/** Not documented. */
const defaultMaxResults = 10;

/**
 * Whole training jobs with their tags, as the index has them, the last modified first. A page is filled with what matches, and continues
 * after its last job: one that changes meanwhile moves to where its new key belongs.
 */
export function search(input: SearchInput, { state, settings, now }: Call): Output {
  if (input.Resource !== 'TrainingJob') throw validationError(`The simulator has no index of the resource ${input.Resource}.`);
  const { SortBy = 'LastModifiedTime', SortOrder = 'Descending', MaxResults = defaultMaxResults } = input;
  typeOf(SortBy);
  const matches = compileExpression(input.SearchExpression);
  const isVisible = compileVisibility(input.VisibilityConditions);
  const query = hashQuery(input);
  const after = input.NextToken === undefined ? null : readToken(input.NextToken, query);
  const sign = SortOrder === 'Descending' ? -1 : 1;
  const found: { entry: Entry; key: string | number }[] = [];
  if (input.CrossAccountFilterOption !== 'CrossAccount') {
    for (const record of state.trainingJobs.values()) {
      const job = toIndexed(record, settings.searchIndex, now);
      if (job === null) continue;
      const tags = now < job.createdAt + settings.trainingJobTagsVisibleAfterMs ? [] : job.tags;
      const entry = { job, tags, now };
      if (matches(entry) && isVisible(entry)) found.push({ entry, key: sortKey(entry, SortBy) });
    }
  }
  const sorted = found
    .filter(({ entry, key }) => after === null || sign * compare([key, entry.job.name], after) > 0)
    .toSorted((a, b) => sign * compare([a.key, a.entry.job.name], [b.key, b.entry.job.name]));
  const page = sorted.slice(0, MaxResults);
  const last = page.at(-1);
  return {
    Results: page.map(({ entry: { job, tags } }) => ({ TrainingJob: { ...viewFoundTrainingJob(job, now), Tags: tags } })),
    NextToken: last !== undefined && sorted.length > page.length ? writeToken([last.key, last.entry.job.name], query) : undefined,
    TotalHits: { Value: found.length, Relation: 'EqualTo' },
  };
}

/** Jobs without the property come first, ascending. */
function sortKey(entry: Entry, sortBy: string): string | number {
  const [value] = valuesOf(entry, sortBy);
  const isText = typeOf(sortBy) === 'text' || typeOf(sortBy) === 'structure';
  if (value === undefined) return isText ? '' : -1;
  return isText ? String(value) : Number(value);
}

/** What a caller may see by the condition `sagemaker:SearchVisibilityCondition` of its policy. */
function compileVisibility(conditions: SearchInput['VisibilityConditions'] = []): (entry: Entry) => boolean {
  return (entry) =>
    conditions.every(({ Key = '', Value = '' }) => {
      if (!Key.startsWith('Tags.'))
        throw validationError(`The key ${Key} of a visibility condition is not of the form Tags.<key>.`);
      return valuesOf(entry, Key).includes(Value);
    });
}
