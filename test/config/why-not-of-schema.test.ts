import { describe, expect, it } from 'vitest';
import { whyNotOfSchema } from '../../src/config/json-schema.ts';

describe('whyNotOfSchema', () => {
  it('returns the rule that a value breaks, and null for one that breaks none', () => {
    const schema = { type: 'object', required: ['label'], properties: { label: { enum: ['positive', 'negative'] } } };
    expect(whyNotOfSchema(schema, { label: 'positive' })).toBe(null);
    expect(whyNotOfSchema(schema, {})).toBe("the whole must have required property 'label'");
    expect(whyNotOfSchema(schema, { label: 'secret' })).toBe('.label must be equal to one of the allowed values');
  });

  it('takes a schema of each dialect that passes the checks, whatever was compiled before', () => {
    const draft07 = {
      $id: 'https://example.com/a',
      $schema: 'http://json-schema.org/draft-07/schema#',
      items: [{ type: 'string' }],
    };
    const draft2020 = { $id: 'https://example.com/a', prefixItems: [{ type: 'string' }] };
    for (const schema of [draft07, draft2020, { ...draft07 }, { ...draft2020 }]) {
      expect(whyNotOfSchema(schema, ['a'])).toBe(null);
      expect(whyNotOfSchema(schema, [1])).toBe('[0] must be string');
    }
  });

  it('gives up on a pattern that backtracks without end', () => {
    // 2^40 steps: hours, in which the process would do nothing else.
    const schema = { properties: { label: { pattern: '^(a+)+$' } } };
    expect(whyNotOfSchema(schema, { label: `${'a'.repeat(40)}!` })).toBe(
      'the comparison takes longer than 1 s, as one with a nested repetition in a pattern may',
    );
    expect(whyNotOfSchema(schema, { label: 'aaa' })).toBe(null);
    expect(whyNotOfSchema(schema, { label: 'b' })).toBe('.label must match pattern "^(a+)+$"');
  });
});
