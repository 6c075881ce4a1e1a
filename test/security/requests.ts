/** Requests, honest and hostile, out of what the API says of itself. */
import fc from 'fast-check';
import { hostileBodies, hugeBody, hostileTexts, mutated } from './hostile-values.ts';
import type { OpenApiDocument, Operation, Schema } from './openapi-document.ts';
import type { Sent } from './send.ts';
import { validValues } from './valid-values.ts';

export interface FuzzedRequest extends Sent {
  operation: Operation;
  hasKey: boolean;
}

interface Ways {
  document: OpenApiDocument;
  /** Names of training jobs and endpoints that there are. */
  names: readonly string[];
  key: string;
}

/** Percent-encoding as a client would do it, and as it should not be done. All of it can stand in a request line. */
const encodings: readonly ((text: string) => string)[] = [
  (text) => encodeURIComponent(text.toWellFormed()),
  (text) => encodeURIComponent(encodeURIComponent(text.toWellFormed())),
  (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  (text) => `${encodeURIComponent(text.toWellFormed())}%`,
  (text) => `%c0%ae%zz${encodeURIComponent(text.toWellFormed())}`,
  (text) => `${encodeURIComponent(text.toWellFormed())}%00`,
];
const encoded = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(texts, fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(encodings.length - 1)))
    .map(([text, how]) => encodings[how]?.(text) ?? text);

const longestInPath = 4000;

export function requestsTo(operation: Operation, ways: Ways): fc.Arbitrary<FuzzedRequest> {
  return fc
    .record({
      path: paths(operation, ways),
      query: queries(operation, ways),
      headers: headers(operation, ways),
      credentials: credentials(ways.key),
      body: operation.method === 'GET' ? fc.constant(null) : bodies(operation, ways),
      contentType: mostly(fc.constant('application/json'), fc.constantFrom('text/plain', 'application/json;charset=utf-16', 'x')),
    })
    .map(({ path, query, headers: more, credentials: sent, body, contentType }) => ({
      operation,
      hasKey: sent.isGood,
      method: operation.method,
      path: withQuery(path, [...query, ...sent.query]),
      headers: { ...more, ...sent.headers, ...(body === null ? {} : { 'content-type': contentType }) },
      body,
    }));
}

const withQuery = (path: string, query: string[]): string =>
  query.length === 0 ? path : `${path}?${query.join('&').slice(0, longestInPath)}`;

const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: odd });

function textsOf(schema: Schema, { document, names }: Ways): fc.Arbitrary<string> {
  const valid = validValues(document, schema).map(String);
  const known = schema.type === 'string' && schema.enum === undefined ? fc.oneof(valid, fc.constantFrom(...names)) : valid;
  return mostly(known, hostileTexts);
}

function paths({ path, parameters }: Operation, ways: Ways): fc.Arbitrary<string> {
  const values = Object.fromEntries(
    parameters.filter(({ in: where }) => where === 'path').map(({ name, schema }) => [name, encoded(textsOf(schema, ways))]),
  );
  const filled = fc
    .record(values)
    .map((texts) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (texts[name] ?? '').slice(0, longestInPath)));
  const prefix = mostly(
    fc.constantFrom('', '/model-init'),
    fc.constantFrom('/model-init/', '/', '/health/..', '/health/%2e%2e', '/%6dodel-init', '/health%2f..'),
  );
  const suffix = mostly(fc.constant(''), fc.constantFrom('/', '//', '/..', '/%2e%2e/', ';x=1', '%20', '#a', '\\'));
  return fc.tuple(prefix, filled, suffix).map((parts) => parts.join(''));
}

/** Each parameter left out, given, or given several times; and some that there are not. */
function queries({ parameters }: Operation, ways: Ways): fc.Arbitrary<string[]> {
  const ofParameters = parameters
    .filter(({ in: where }) => where === 'query')
    .map(({ name, schema }) => {
      const some = fc.array(encoded(textsOf(schema, ways)), { maxLength: 2 });
      // A list has many, and one that is wrong refuses the request.
      return fc
        .oneof(fc.constant<string[]>([]), fc.constant<string[]>([]), some)
        .map((values) => values.map((value) => `${name}=${value}`));
    });
  const unknown = fc.array(
    encoded(hostileTexts).map((text) => `${text}=${text}`),
    { maxLength: 1 },
  );
  return fc.tuple(...ofParameters, mostly(fc.constant<string[]>([]), unknown)).map((parts) => parts.flat());
}

function headers({ parameters }: Operation, ways: Ways): fc.Arbitrary<Record<string, string>> {
  const values = Object.fromEntries(
    parameters
      .filter(({ in: where }) => where === 'header')
      .map(({ name, schema }) => [name, textsOf(schema, ways).map(sendable)]),
  );
  return fc.record({ 'x-request-id': hostileTexts.map(sendable), ...values }, { requiredKeys: [], noNullPrototype: true });
}

/** What Node is willing to send as a header's value. */
const sendable = (text: string): string => text.replaceAll(/[^\t\u0020-\u007E\u0080-\u00FF]/g, '');

interface Credentials {
  isGood: boolean;
  headers: Record<string, string>;
  query: string[];
}

function credentials(key: string): fc.Arbitrary<Credentials> {
  const good = (sent: Record<string, string>): Credentials => ({ isGood: true, headers: sent, query: [] });
  const bad = (sent: Record<string, string>, query: string[] = []): Credentials => ({ isGood: false, headers: sent, query });
  return fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(good({ authorization: `Bearer ${key}` }), good({ 'x-api-key': key })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        bad({}),
        bad({ authorization: 'Bearer ' }),
        bad({ authorization: `Bearer ${key}x` }),
        bad({ authorization: `bearer${key}` }),
        bad({ 'x-api-key': key.slice(1) }),
        bad({ 'x-api-key': `${key}, ${key}` }),
        bad({ cookie: `x-api-key=${key}` }),
        bad({}, [`x-api-key=${key}`, `api_key=${key}`]),
      ),
    },
    { weight: 1, arbitrary: hostileTexts.map((text) => bad({ authorization: `Bearer ${sendable(text)}` })) },
  );
}

function bodies({ body }: Operation, { document, names }: Ways): fc.Arbitrary<string | null> {
  if (body === null) return mostly(fc.constant(null), hostileBodies);
  const valid = validValues(document, body);
  // A name that is taken, or that an event can speak of.
  const named = fc
    .tuple(valid, fc.constantFrom(...names))
    .map(([value, name]) =>
      JSON.stringify(value).replace(
        /("(?:training_job_name|TrainingJobName|EndpointName)":)"[^"]*"/,
        (_, field: string) => `${field}"${name}"`,
      ),
    );
  return fc.oneof(
    valid.map((value) => JSON.stringify(value)),
    named,
    mutated(valid).map((value) => JSON.stringify(value)),
    hostileBodies,
    fc.constantFrom(null, hugeBody),
  );
}
