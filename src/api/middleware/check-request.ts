import { createMiddleware } from 'hono/factory';
import type { ApiContext, ApiEnv } from '../env.ts';
import { type FieldIssue, invalidRequest } from '../problems/api-error.ts';
import { toFieldIssues } from '../problems/validation-issues.ts';
import { withPointers } from '../problems/with-pointers.ts';
import type { KnownRoute } from '../routes/known-route.ts';
import { bodyIssues } from './json-body.ts';

/**
 * Checks query, headers and body by the registration of the route, and returns all of their issues at once. Parameters that the route
 * does not know are refused, and so are those that are given twice: a misspelt `autodeploy=true` must not start a training that is never
 * deployed, nor may a misspelt filter return everything.
 */
export const checkRequest = createMiddleware<ApiEnv>(async (c, next) => {
  const route = c.get('route');
  if (route === null) return next();
  const issues = [...queryIssues(c, route), ...headerIssues(c, route), ...withPointers(c, await bodyIssues(c, route.body))];
  if (issues.length > 0) throw invalidRequest(issues);
  return next();
});

const maxIssues = 20;

function queryIssues(c: ApiContext, { query, takesAnyQuery }: KnownRoute): FieldIssue[] {
  if (takesAnyQuery) return [];
  const sent = c.req.url.includes('?') ? [...new URL(c.req.url).searchParams.keys()] : [];
  const names = Object.keys(query?.shape ?? {});
  const known = names.length === 0 ? 'this route has none' : `known are: ${names.join(', ')}`;
  const ofNames = [...new Set(sent)]
    .flatMap((name): FieldIssue[] => {
      if (!names.includes(name)) return [{ field: name, detail: `is not a known parameter; ${known}` }];
      return sent.filter((other) => other === name).length > 1 ? [sentTwice(name)] : [];
    })
    .slice(0, maxIssues);
  const result = query?.safeParse(c.req.query());
  return result === undefined || result.success ? ofNames : withOthers(ofNames, toFieldIssues(result.error, 'query'));
}

function headerIssues(c: ApiContext, { headers }: KnownRoute): FieldIssue[] {
  if (headers === null) return [];
  const { headersDistinct } = c.env.incoming;
  const names = Object.keys(headers.shape);
  const twice = names.filter((name) => (headersDistinct[name]?.length ?? 0) > 1).map((name) => sentTwice(headerName(name)));
  const result = headers.safeParse(Object.fromEntries(names.map((name) => [name, c.req.header(name)])));
  if (result.success) return twice;
  const others = toFieldIssues(result.error, 'header').map(({ field, detail }) => ({ field: headerName(field), detail }));
  return withOthers(twice, others);
}

const sentTwice = (field: string): FieldIssue => ({ field, detail: 'is given more than once; send one value' });

/** As people write it: `Idempotency-Key`. */
const headerName = (name: string): string => name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase());

const withOthers = (issues: FieldIssue[], others: readonly FieldIssue[]): FieldIssue[] => [
  ...issues,
  ...others.filter(({ field }) => !issues.some((issue) => issue.field === field)),
];
