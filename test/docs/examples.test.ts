import { describe, expect, it } from 'vitest';
import { startApi } from '../api/harness.ts';
import { blocks, markdownFiles, read } from './markdown.ts';

interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
}

interface Response {
  $ref?: string;
  content?: Record<string, { schema: Schema }>;
}

interface Description {
  paths: Record<string, Record<string, { responses: Record<string, Response> }>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Response> };
}

interface Call {
  method: string;
  path: string;
  body: string | null;
}

/** An address of the API, with or without the base path, and not within a body. */
const address = /(?<!: ")http:\/\/127\.0\.0\.1:8006(\/[^\s'"?]*)/;

/** The curl commands of a block of shell, each on one line or continued by backslashes. */
const callsIn = (block: string): Call[] =>
  block
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.startsWith('curl ') && address.test(line))
    .map((line) => ({
      method: / -X (\w+)/.exec(line)?.[1] ?? 'GET',
      path: address.exec(line)?.[1] ?? '',
      body: / -d '([^']*)'/.exec(line)?.[1] ?? null,
    }));

const describeApi = async (): Promise<Description> => (await (await startApi()).ask<Description>('GET', '/openapi.json')).body;

function findRoute({ paths }: Description, { method, path }: Call): string | undefined {
  return Object.keys(paths).find((template) => {
    const pattern = new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`);
    return pattern.test(path) && method.toLowerCase() in (paths[template] ?? {});
  });
}

/** The members of an example that its schema does not have, by their paths. */
function unknownMembers(api: Description, schema: Schema | undefined, value: unknown, path = ''): string[] {
  const parts = flatten(api, schema);
  if (Array.isArray(value)) {
    const items = parts.find((part) => part.items !== undefined)?.items;
    return value.flatMap((one) => unknownMembers(api, items, one, `${path}[]`));
  }
  if (typeof value !== 'object' || value === null) return [];
  const properties: Record<string, Schema> = Object.assign({}, ...parts.map((part) => part.properties ?? {}));
  if (parts.some((part) => part.additionalProperties !== undefined && part.additionalProperties !== false)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const own = properties[name];
    return own === undefined ? [`${path}.${name}`] : unknownMembers(api, own, member, `${path}.${name}`);
  });
}

function flatten(api: Description, schema: Schema | undefined): Schema[] {
  if (schema === undefined) return [];
  if (schema.$ref !== undefined) return flatten(api, api.components.schemas[schema.$ref.split('/').at(-1) ?? '']);
  return [schema, ...[...(schema.allOf ?? []), ...(schema.anyOf ?? [])].flatMap((part) => flatten(api, part))];
}

const files = markdownFiles().filter((file) => address.test(read(file)));

describe.each(files)('the examples of %s', (file) => {
  const calls = blocks(read(file), 'sh').flatMap(callsIn);

  it('call routes that exist', async () => {
    const api = await describeApi();
    const unknown = calls.filter((call) => !call.path.startsWith('/admin') && findRoute(api, call) === undefined);
    expect(unknown).toEqual([]);
  });

  it('send JSON', () => {
    const bodies = calls.flatMap(({ body }) => body ?? []).filter((body) => !body.startsWith('@'));
    for (const body of bodies) expect(() => JSON.parse(body), body).not.toThrow();
  });
});

it('the responses of docs/api.md have no member that the API does not send', async () => {
  const api = await describeApi();
  const text = read('docs/api.md');
  const examples = [...text.matchAll(/^```sh\n([\s\S]*?)^```\n\nResponse[^`]*`(\d+)`[^\n]*\n\n```json\n([\s\S]*?)^```/gm)];
  expect(examples.length).toBeGreaterThan(4);
  const unknown = examples.flatMap(([, block = '', status = '', json = '']) => {
    const call = callsIn(block).at(-1);
    const route = call === undefined ? undefined : findRoute(api, call);
    if (call === undefined || route === undefined) return [`no route: ${block}`];
    const response = api.paths[route]?.[call.method.toLowerCase()]?.responses[status];
    const shared = api.components.responses[response?.$ref?.split('/').at(-1) ?? ''];
    const [schema] = Object.values((shared ?? response)?.content ?? {}).map((one) => one.schema);
    if (schema === undefined) return [`${call.method} ${route} has no response ${status}`];
    return unknownMembers(api, schema, JSON.parse(json)).map((member) => `${call.method} ${route} ${status}: ${member}`);
  });
  expect(unknown).toEqual([]);
});
