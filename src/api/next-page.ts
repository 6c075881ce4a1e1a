import type { ApiContext } from './env.ts';

/** Of a response with a page of a list. */
export const linkHeader = { Link: { schema: { type: 'string' }, description: 'The next page, as `rel="next"`' } } as const;

/** Says where the next page is (RFC 8288): the same query with its cursor. With the base path, as all links. */
export function linkToNext(c: ApiContext, { path, nextCursor }: { path: string; nextCursor: string | null }): void {
  if (nextCursor === null) return;
  const query = new URL(c.req.url).searchParams;
  query.set('cursor', nextCursor);
  c.header('Link', `<${path}?${query.toString()}>; rel="next"`);
}
