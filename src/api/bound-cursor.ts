/** Cursors as the API gives them out: each belongs to one list under one set of filters. */
import { digestOf } from '../services/digest.ts';
import { invalidRequest } from './problems/api-error.ts';

/** A list's path and its filters, as the services take them. */
interface ListOf {
  path: '/training-jobs' | '/deployments';
  filter: Readonly<Record<string, string | number | readonly string[] | undefined>>;
}

/** Cannot be in a cursor of the store, which is base64url. */
const separator = '.';

/** The same for filters that say the same: names are compared without regard to case, and statuses have no order. */
const tagOf = ({ path, filter }: ListOf): string => {
  const said = Object.entries(filter).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.toLowerCase() : sorted(value),
  ]);
  return digestOf([path, Object.fromEntries(said)]).slice(0, 8);
};

const sorted = (value: number | readonly string[] | undefined) =>
  typeof value === 'object' ? [...new Set(value)].toSorted() : value;

/** The store's cursor with the list that it is of. */
export const bindCursor = (cursor: string | null, list: ListOf): string | null =>
  cursor === null ? null : `${cursor}${separator}${tagOf(list)}`;

/**
 * The store's cursor in one that the API gave out. With other filters it would leave out what is newer than the page before, without a word,
 * and of another list it is a number by chance. One of the version before has no list, and is taken as it is.
 *
 * @throws {ApiError} `invalid_request` where the cursor is of another list.
 */
export function unbindCursor(cursor: string | null, list: ListOf): string | null {
  const [place = '', tag] = cursor?.split(separator) ?? [];
  if (cursor === null || tag === undefined) return cursor;
  if (tag === tagOf(list)) return place;
  const detail = 'is of another list, or of other filters: repeat the filters of its page, or begin without a cursor';
  throw invalidRequest([{ field: 'cursor', detail }]);
}
