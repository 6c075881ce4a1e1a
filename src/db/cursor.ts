import { ServiceError } from '../core/errors.ts';
import type { Page } from '../ports/store.ts';

const encode = (seq: number): string => Buffer.from(String(seq)).toString('base64url');

/** The `seq` that a cursor stands for; a page begins below it. Without a cursor null. */
export function seqOfCursor(cursor: string | null): number | null {
  if (cursor === null) return null;
  const seq = Number(Buffer.from(cursor, 'base64url').toString());
  if (!Number.isSafeInteger(seq) || seq <= 0 || encode(seq) !== cursor) {
    throw new ServiceError('invalid_request', 'must be the next_cursor of another page', { field: 'cursor' });
  }
  return seq;
}

/** A page out of `limit + 1` rows, newest first: the row too many says that there is another page. */
export function pageOf<T extends { seq: number }>(rows: T[], limit: number): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encode(last.seq) : null };
}
