import { Ajv2020 } from 'ajv/dist/2020.js';
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkDeliveryFile } from '../../../src/core/delivery/check-delivery-file.ts';
import { deliverySchema } from '../../../src/core/delivery/delivery-schema.ts';
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
      expect(checkDeliveryFile(value), file).toHaveProperty('delivery');
    }
  });

  it.each<[string, unknown]>([
    ['a list', []],
    ['an unknown member', { training: {} }],
    ['an unknown layer', { defaults: { create_model: {} } }],
    ['a policy, which comes later', { defaults: { delivery: {} } }],
    ['an empty part', { defaults: null }],
    ['an empty layer', { endpoints: { a: { model: null } } }],
    ['a name that no endpoint has', { endpoints: { my_endpoint: {} } }],
    ['a name of 64 characters', { endpoints: { ['a'.repeat(64)]: {} } }],
    ['one name for all trainings', { defaults: { training: { TrainingJobName: 'a' } } }],
    ['a member that SageMaker does not have', { endpoints: { a: { training: { VpcConfg: {} } } } }],
    ['a wrong type', { defaults: { training: { EnableManagedSpotTraining: 'yes' } } }],
  ])('refuses %s, as the start does', (_, value) => {
    expect(validate(value)).toBe(false);
    expect(checkDeliveryFile(value)).toHaveProperty('issues');
  });

  it('takes null for a member, an empty file, and the address of the schema', () => {
    const layers = { training: { VpcConfig: null }, model: {} };
    for (const value of [{}, { $schema: 'x' }, { defaults: layers, endpoints: { a: layers } }]) {
      expect(validate(value)).toBe(true);
      expect(checkDeliveryFile(value)).toHaveProperty('delivery');
    }
  });
});
