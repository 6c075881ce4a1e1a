import { describe, expect, it } from 'vitest';
import { checkJson } from '../../src/app/check-json.ts';

describe('checkJson', () => {
  it('returns the rule that a value breaks, and null for one that breaks none', () => {
    const schema = { type: 'object', required: ['label'], properties: { label: { enum: ['positive', 'negative'] } } };
    expect(checkJson(schema, { label: 'positive' })).toBe(null);
    expect(checkJson(schema, {})).toBe("the whole must have required property 'label'");
    expect(checkJson(schema, { label: 'secret' })).toBe('/label must be equal to one of the allowed values');
  });

  it('takes a schema of each dialect that passes the checks, whatever was compiled before', () => {
    const draft07 = {
      $id: 'https://example.com/a',
      $schema: 'http://json-schema.org/draft-07/schema#',
      items: [{ type: 'string' }],
    };
    const draft2020 = { $id: 'https://example.com/a', prefixItems: [{ type: 'string' }] };
    for (const schema of [draft07, draft2020, { ...draft07 }, { ...draft2020 }]) {
      expect(checkJson(schema, ['a'])).toBe(null);
      expect(checkJson(schema, [1])).toBe('/0 must be string');
    }
  });
});
