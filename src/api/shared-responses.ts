/** What operations of the OpenAPI document have in common, said once. */
import type { Routes } from './env.ts';

type Document = ReturnType<Routes['getOpenAPI31Document']>;
type PathItem = NonNullable<Document['paths']>[string];
type Operation = NonNullable<PathItem['get']>;
type Responses = NonNullable<Operation['responses']>;

const etag = {
  ETag: {
    schema: { type: 'string' as const },
    description: 'Of the body. Send it as If-None-Match to ask whether it is current',
  },
};
const unchanged = { description: 'The client has the current response: its ETag is the one of If-None-Match', headers: etag };

/** With what middleware/entity-tag.ts adds to an operation that reads JSON with a key. */
export function withEntityTag(item: PathItem): PathItem {
  const { get } = item;
  const ok = get?.responses?.['200'];
  const isTagged = get?.security?.some((requirement) => 'bearer' in requirement) && !get.security.some((one) => 'basic' in one);
  if (!get || !isTagged || ok === undefined || !('content' in ok) || !('application/json' in (ok.content ?? {}))) return item;
  const tagged = { ...ok, headers: { ...ok.headers, ...etag } };
  return { ...item, get: { ...get, responses: { ...get.responses, '200': tagged, '304': unchanged } } };
}

const named = (code: string): string =>
  code
    .split('_')
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join('');

/** The problems of a response, as one name; null for one that is no problem. */
function nameOf(response: Responses[string]): string | null {
  const examples = 'content' in response ? response.content?.['application/problem+json']?.examples : undefined;
  return examples === undefined ? null : Object.keys(examples).map(named).join('Or');
}

const requestId = {
  schema: { type: 'string' as const },
  description: 'Names the request in the log. A sane X-Request-Id of the request is kept',
};
const everyHeader = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } };

/**
 * The document with each problem response in `components.responses`, once, and references to it; and with the header that every response
 * has.
 */
export function shareResponses(document: Document): Document {
  const shared: Responses = {};
  const share = (responses: Responses): Responses =>
    Object.fromEntries(
      Object.entries(responses).map(([status, own]) => {
        const response = '$ref' in own ? own : { ...own, headers: { ...own.headers, ...everyHeader } };
        const name = nameOf(response);
        if (name === null) return [status, response];
        shared[name] = response;
        return [status, { $ref: `#/components/responses/${name}` }];
      }),
    );
  const operations = ['get', 'post', 'put', 'delete'] as const;
  const paths = Object.fromEntries(
    Object.entries(document.paths ?? {}).map(([path, item]) => {
      const own = operations.flatMap((method) => {
        const operation = item[method];
        return operation === undefined ? [] : [[method, { ...operation, responses: share(operation.responses ?? {}) }] as const];
      });
      return [path, { ...item, ...Object.fromEntries(own) }];
    }),
  );
  return { ...document, paths, components: { ...document.components, responses: shared, headers: { RequestId: requestId } } };
}
