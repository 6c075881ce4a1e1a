import { Ajv2020 } from 'ajv/dist/2020.js';
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkDeliveryFile } from '../../../src/core/delivery/check-delivery-file.ts';
import { deliverySchema } from '../../../src/core/delivery/delivery-schema.ts';
import { contextOf } from './context.ts';
import { blocks, markdownFiles, read, root } from '../../docs/markdown.ts';

const committed = JSON.parse(read('docs/delivery.schema.json')) as object;
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(committed);

const isDelivery = (text: string): boolean => /^(defaults|endpoints|"?\$schema"?):/m.test(text);
const examples = [
  ...markdownFiles().flatMap((file) =>
    blocks(read(file), 'yaml')
      .filter(isDelivery)
      .map((text) => ({ file, text })),
  ),
  ...globSync('examples/**/*.{yaml,yml}', { cwd: root })
    .map((file) => ({ file, text: readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8') }))
    .filter(({ text }) => isDelivery(text)),
];

describe('docs/delivery.schema.json', () => {
  it('is what the shapes come to: else npm run write-delivery-schema', () => {
    expect(read('docs/delivery.schema.json')).toBe(`${JSON.stringify(deliverySchema(), null, 2)}\n`);
    expect(committed).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', title: expect.any(String) });
  });

  it('takes every example, as the start does', () => {
    expect(examples.map(({ file }) => file)).toContain('docs/delivery-file.md');
    for (const { file, text } of examples) {
      const value: unknown = parse(text);
      expect(validate(value), `${file}: ${JSON.stringify(validate.errors)}`).toBe(true);
      expect(checkDeliveryFile(value, contextOf()), file).toHaveProperty('delivery');
    }
  });

  it.each<[string, unknown]>([
    ['a list', []],
    ['an unknown member', { training: {} }],
    ['an unknown layer', { defaults: { create_model: {} } }],
    ['an empty policy', { defaults: { delivery: null } }],
    ['an unknown member of a policy', { defaults: { delivery: { canary: {} } } }],
    ['an unknown choice', { endpoints: { a: { delivery: { rollout: { strategy: 'slow' } } } } }],
    ['a share above 1', { defaults: { delivery: { rollout: { guard: { max_error_rate: 5 } } } } }],
    ['a rule without a metric', { defaults: { delivery: { gate: { rules: [{ at_least: 1 }] } } } }],
    ['no rule', { defaults: { delivery: { gate: { rules: [] } } } }],
    ['a request without a body', { defaults: { delivery: { verify: { requests: [{ content_type: 'a/b' }] } } } }],
    ['half a second', { defaults: { delivery: { rollout: { bake_seconds: 0.5 } } } }],
    ['a variable with a space', { defaults: { delivery: { notify: [{ url: 'https://a.example', secret_env: 'A B' }] } } }],
    ['an empty part', { defaults: null }],
    ['an empty layer', { endpoints: { a: { model: null } } }],
    ['a name that no endpoint has', { endpoints: { my_endpoint: {} } }],
    ['a name of 64 characters', { endpoints: { ['a'.repeat(64)]: {} } }],
    ['one name for all trainings', { defaults: { training: { TrainingJobName: 'a' } } }],
    ['a member that SageMaker does not have', { endpoints: { a: { training: { VpcConfg: {} } } } }],
    ['a wrong type', { defaults: { training: { EnableManagedSpotTraining: 'yes' } } }],
  ])('refuses %s, as the start does', (_, value) => {
    expect(validate(value)).toBe(false);
    expect(checkDeliveryFile(value, contextOf())).toHaveProperty('issues');
  });

  it('takes null for a member, an empty file, and the address of the schema', () => {
    const layers = {
      training: { VpcConfig: null },
      model: {},
      delivery: { gate: null, rollout: { strategy: null, guard: null } },
    };
    for (const value of [{}, { $schema: 'x' }, { defaults: layers, endpoints: { a: layers } }]) {
      expect(validate(value)).toBe(true);
      expect(checkDeliveryFile(value, contextOf())).toHaveProperty('delivery');
    }
  });
});
