import { isDeepStrictEqual } from 'node:util';
import { OpenAPIHono } from '@hono/zod-openapi';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import type { ApiEnv } from '../../src/api/env.ts';
import { describeApi } from '../../src/api/openapi.ts';
import { registerShapes, shapeRefs } from '../../src/api/schemas/shapes.ts';
import { startApi } from './harness.ts';

interface Document {
  components: { schemas: Record<string, object> };
}

const describeShapes = (): Document => {
  const routes = new OpenAPIHono<ApiEnv>();
  registerShapes(routes.openAPIRegistry);
  return JSON.parse(JSON.stringify(describeApi(routes)('/openapi.json'))) as Document;
};

it('registerShapes describes the shapes in OpenAPI 3.1, each part at its reference', async () => {
  const document = describeShapes();
  expect(await new Validator().validate({ ...document })).toMatchObject({ valid: true });
  const refs = [...JSON.stringify(document.components.schemas).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => ref);
  const names = [...refs, ...Object.values(shapeRefs)].map((ref) => /^#\/components\/schemas\/(\w+)$/.exec(ref)?.[1] ?? ref);
  expect(names.filter((name) => !(name in document.components.schemas))).toEqual([]);
});

it('registerShapes uses no name of the other schemas of the API', async () => {
  const { body } = await (await startApi()).ask<Document>('GET', '/openapi.json');
  const shapes = describeShapes().components.schemas;
  const others = Object.entries(body.components.schemas).filter(
    ([name, schema]) => name in shapes && !isDeepStrictEqual(schema, shapes[name]),
  );
  expect(others.map(([name]) => name)).toEqual([]);
});

it('registerShapes takes the layers of a request, with nulls and a training job name', () => {
  const { components } = describeShapes();
  const validate = new Ajv2020({ strict: false }).compile({ components, $ref: shapeRefs.create_training_job });
  const vpc = { Subnets: ['subnet-1'], SecurityGroupIds: null };
  expect(validate({ TrainingJobName: 'mine', VpcConfig: vpc, CheckpointConfig: null })).toBe(true);
  expect(validate({ VpcConfig: { Subnets: [] } })).toBe(false);
});
