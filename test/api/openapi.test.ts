import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import examples from '../../src/api/examples.json' with { type: 'json' };
import { problemCodes } from '../../src/api/problems/table.ts';
import { startApi } from './harness.ts';

interface Operation {
  operationId: string;
  summary: string;
  security?: object[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content?: Record<string, { example?: object }> };
  responses: Record<string, { content?: Record<string, { example?: unknown; examples?: Record<string, unknown> }> }>;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: Record<string, unknown>; additionalProperties?: boolean }> };
}

/** With schemas that let no field through that they do not name: one that was taken away must not stay in an example. */
const closed = (value: unknown): object =>
  JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    isObject(part) && isObject(part['properties']) && !('additionalProperties' in part)
      ? { ...part, additionalProperties: false }
      : part,
  ) as object;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

type Response = Operation['responses'][string];

interface Shared {
  components: Document['components'] & { responses: Record<string, Response> };
}

/** With the shared responses in place of the references to them. */
async function readDocument(): Promise<Document> {
  const { body } = await (await startApi()).ask<Document & Shared>('GET', '/openapi.json');
  for (const { responses } of Object.values(body.paths).flatMap((operations) => Object.values(operations))) {
    for (const [status, response] of Object.entries(responses)) {
      const [, name] = /^#\/components\/responses\/(\w+)$/.exec('$ref' in response ? String(response.$ref) : '') ?? [];
      if (name !== undefined) responses[status] = body.components.responses[name] ?? {};
    }
  }
  return body;
}

/** The routes, each with its statuses. */
const contract: Record<string, string[]> = {
  'post /bootstrap': ['200', '202', '400', '401', '403', '409', '413', '415', '422', '429', '500', '503'],
  'get /training-jobs': ['200', '304', '400', '401', '403', '422', '429', '500', '503'],
  'get /training-jobs/{name}': ['200', '304', '400', '401', '403', '404', '422', '429', '500', '503'],
  'delete /training-jobs/{name}': ['200', '400', '401', '403', '404', '409', '413', '415', '422', '429', '500', '503'],
  'post /training-jobs/{name}/stop': ['202', '400', '401', '403', '404', '409', '413', '415', '422', '429', '500', '503'],
  'post /deploy/{name}': ['200', '202', '400', '401', '403', '404', '409', '413', '415', '422', '429', '500', '503'],
  'get /deployments': ['200', '304', '400', '401', '403', '422', '429', '500', '503'],
  'get /deployments/{deployment_id}': ['200', '304', '400', '401', '403', '404', '422', '429', '500', '503'],
  'post /deployments/{deployment_id}/approve': [
    '200',
    '400',
    '401',
    '403',
    '404',
    '409',
    '413',
    '415',
    '422',
    '429',
    '500',
    '503',
  ],
  'post /deployments/{deployment_id}/reject': [
    '200',
    '400',
    '401',
    '403',
    '404',
    '409',
    '413',
    '415',
    '422',
    '429',
    '500',
    '503',
  ],
  'post /deployments/{deployment_id}/abort': ['200', '400', '401', '403', '404', '409', '413', '415', '422', '429', '500', '503'],
  'get /approvals/{token}': ['200', '400', '403', '404', '410', '500', '503'],
  'post /approvals/{token}': ['200', '400', '403', '404', '409', '410', '413', '415', '422', '500', '503'],
  'get /endpoints': ['200', '304', '400', '401', '403', '422', '429', '500', '503'],
  'get /endpoints/{name}': ['200', '304', '400', '401', '403', '404', '422', '429', '500', '503'],
  'post /endpoints/{name}/rollback': ['202', '400', '401', '403', '404', '409', '413', '415', '422', '429', '500', '503'],
  'post /endpoints/{name}/hold': ['200', '400', '401', '403', '404', '413', '415', '422', '429', '500', '503'],
  'delete /endpoints/{name}/hold': ['200', '400', '401', '403', '404', '413', '415', '422', '429', '500', '503'],
  'post /events': ['202', '400', '401', '403', '413', '415', '422', '429', '500', '503'],
  'get /history': ['200', '304', '400', '401', '403', '422', '429', '500', '503'],
  'get /endpoint-status': ['200', '304', '400', '401', '403', '404', '422', '429', '500', '503'],
  'get /health/live': ['200', '403', '500'],
  'get /health/ready': ['200', '403', '500', '503'],
  'get /status': ['200', '304', '400', '401', '403', '422', '429', '500'],
  'get /metrics': ['200', '400', '401', '403', '422', '429', '500'],
  'get /openapi.json': ['200', '400', '401', '403', '422', '429', '500'],
  'get /docs': ['200', '400', '401', '403', '429', '500'],
  'get /admin/queues': ['200', '400', '401', '403', '429', '500'],
};

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { body: document } = await (await startApi()).ask<Document>('GET', '/openapi.json');
    expect(document.openapi).toBe('3.1.0');
    expect(await new Validator().validate({ ...document })).toMatchObject({ valid: true });
  });

  it('describes the promised routes, each with every status that it returns', async () => {
    const { paths } = await readDocument();
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { responses }]) => [`${method} ${path}`, Object.keys(responses).toSorted()]),
    );
    expect(Object.fromEntries(described)).toEqual(contract);
  });

  it('describes every route that is served', async () => {
    const api = await startApi();
    const { paths } = (await api.ask<Document>('GET', '/openapi.json')).body;
    // What a browser loads beneath a page, or requests by itself; and the console, which is for people.
    const assets = /^(\/docs\/|\/admin\/queues\/|\/$|\/favicon\.ico$|\/console(\/|$))/;
    const served = api.routes
      .filter(({ method, path }) => method !== 'ALL' && !path.startsWith('/model-init') && !assets.test(path))
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}').replace(/(.)\/$/, '$1')}`);
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(served.length).toBeGreaterThan(10);
    expect(served.filter((route) => !described.includes(route))).toEqual([]);
  });

  it('serves every route that it describes, under both prefixes', async () => {
    const { ask } = await startApi();
    for (const route of Object.keys(contract)) {
      const [method = '', path = ''] = route.split(' ');
      for (const prefix of ['', '/model-init']) {
        const { status, body } = await ask(method.toUpperCase(), `${prefix}${path.replace('{name}', 'some-job')}`);
        expect([405, 500], `${method} ${prefix}${path}`).not.toContain(status);
        expect(body).not.toMatchObject({ detail: expect.stringContaining('There is no such route') });
      }
    }
  });

  it('has the body, header and query of POST /bootstrap', async () => {
    const { paths, components } = await readDocument();
    const bootstrap = paths['/bootstrap']?.['post'];
    expect(bootstrap?.parameters?.map((parameter) => `${parameter.in} ${parameter.name}`).toSorted()).toEqual([
      'header idempotency-key',
      'query auto_deploy',
    ]);
    const schema = components.schemas['BootstrapRequest'];
    expect(schema?.additionalProperties).toBe(false);
    expect(Object.keys(schema?.properties ?? {})).toEqual([
      'training_job_name',
      'endpoint_name',
      'hyperparameters',
      'training_image',
      'serving_image',
      'instance_type',
      'instance_count',
      'max_runtime_seconds',
      'input_s3_uri',
      'environment',
      'tags',
      'metric_definitions',
      'create_training_job',
      'create_model',
      'create_endpoint_config',
      'reason',
    ]);
    expect(Object.keys(components.schemas['DeployRequest']?.properties ?? {})).toEqual([
      'serving_image',
      'create_model',
      'create_endpoint_config',
      'reason',
    ]);
  });

  it('shows bodies that can be sent as they are', async () => {
    const api = await startApi();
    const { paths } = await readDocument();
    const shown = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { requestBody }]) => {
        const body = requestBody?.content?.['application/json'];
        return body === undefined ? [] : [{ method: method.toUpperCase(), path, example: body.example }];
      }),
    );
    expect(shown.map(({ path }) => path)).toEqual([
      '/bootstrap',
      '/deploy/{name}',
      '/deployments/{deployment_id}/approve',
      '/deployments/{deployment_id}/reject',
      '/deployments/{deployment_id}/abort',
      '/endpoints/{name}/rollback',
      '/endpoints/{name}/hold',
      '/endpoints/{name}/hold',
      '/events',
    ]);
    for (const { method, path, example } of shown) {
      // The body of a deployment is checked before its training is looked for.
      const status = path.includes('{') ? 404 : 202;
      const requested = path.replace(/\{\w+\}/, 'some-job');
      expect(await api.ask(method, requested, { json: example }), path).toMatchObject({ status });
    }
  });

  it('needs a key for every route but health and approval links, and names each operation once', async () => {
    const operations = Object.entries((await readDocument()).paths).flatMap(([path, ofPath]) =>
      Object.values(ofPath).map((operation) => ({ path, ...operation })),
    );
    for (const { path, security } of operations) expect(security?.length === 0, path).toBe(/^\/(health|approvals)\//.test(path));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  it('says each problem response once, and names operations as a verb and a noun', async () => {
    const { body } = await (await startApi()).ask<Document & Shared>('GET', '/openapi.json');
    const all = Object.values(body.paths).flatMap((operations) => Object.values(operations));
    for (const { operationId, responses } of all) {
      expect(operationId).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
      for (const response of Object.values(responses)) expect(response.content?.['application/problem+json']).toBeUndefined();
    }
    expect(Object.keys(body.components.responses)).toContain('NotFound');
  });

  it('shows of each operation what it returned, as its schema describes it and without a field more', async () => {
    const { body: document } = await (await startApi()).ask<Document>('GET', '/openapi.json');
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ } });
    ajv.addSchema({ ...closed(document), $id: 'document' });
    const shown: string[] = [];
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, { operationId, responses }] of Object.entries(operations)) {
        const status = '202' in responses ? '202' : '200';
        const [main] = Object.entries(responses[status]?.content ?? {});
        if (main === undefined) throw new Error(`${operationId} returns nothing`);
        const [type, { example }] = main;
        if (type === 'text/html' || operationId === 'readOpenApi') continue;
        shown.push(operationId);
        const place = ['paths', path, method, 'responses', status, 'content', type, 'schema'];
        const pointer = place.map((part) => encodeURIComponent(part.replaceAll('/', '~1'))).join('/');
        const isValid = ajv.getSchema(`document#/${pointer}`);
        if (isValid === undefined) throw new Error(`${pointer} is no schema`);
        expect([isValid(example), isValid.errors], operationId).toEqual([true, null]);
      }
    }
    expect(shown.toSorted()).toEqual(Object.keys(examples));
  });

  it('shows an example of each problem code', async () => {
    const { paths } = await readDocument();
    const shown = Object.values(paths)
      .flatMap((operations) => Object.values(operations))
      .flatMap(({ responses }) => Object.values(responses))
      .flatMap(({ content }) => Object.keys(content?.['application/problem+json']?.examples ?? {}));
    const notOfARoute = ['method_not_allowed', 'request_timeout', 'headers_too_large'];
    expect([...new Set(shown), ...notOfARoute].toSorted()).toEqual([...problemCodes].toSorted());
  });
});
