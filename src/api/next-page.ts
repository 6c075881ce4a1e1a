import type { ApiContext } from './env.ts';

/** Of a response with a page of a list. */
export const linkHeader = { Link: { schema: { type: 'string' }, description: 'The next page, as `rel="next"`' } } as const;

/** Says where the next page is (RFC 8288): the same query but for `next`; null where there is none. With the base path, as all links. */
export function linkToNext(c: ApiContext, { path, next }: { path: string; next: Readonly<Record<string, string>> | null }): void {
  if (next === null) return;
  const query = new URL(c.req.url).searchParams;
  for (const [name, value] of Object.entries(next)) query.set(name, value);
  c.header('Link', `<${path}?${query.toString()}>; rel="next"`);
}
