import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDeliveryFile } from '../../../src/core/delivery/check-delivery-file.ts';
import { policyFor } from '../../../src/core/delivery/delivery-file.ts';
import type { PolicyShape } from '../../../src/core/delivery/policy-member.ts';
import { policySchema } from '../../../src/core/delivery/policy-schema.ts';
import { policyShape } from '../../../src/core/delivery/policy-shape.ts';
import { maxWaitsSeconds, waitsSeconds } from '../../../src/core/delivery/rollout-timing.ts';
import { showPolicy } from '../../../src/core/delivery/show-policy.ts';
import { contextOf } from './context.ts';

const matchesSchema = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(policySchema());
const check = (delivery: unknown) => checkDeliveryFile({ defaults: { delivery } }, contextOf());

/** Values such as the member takes, mostly, with null in places. */
function valueOf(shape: PolicyShape, name: string): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case 'object': {
      const members = Object.entries(shape.members).map(([member, inner]) => {
        const value = valueOf(inner, member);
        return [member, shape.required?.includes(member) === true ? value : fc.option(value, { freq: 8 })] as const;
      });
      return fc.record(Object.fromEntries(members), { requiredKeys: [...(shape.required ?? [])] });
    }
    case 'list':
      return fc.array(valueOf(shape.of, name), { minLength: shape.min, maxLength: Math.min(shape.max, 3) });
    case 'choice':
      return fc.constantFrom(...shape.values);
    case 'text':
      return fc.constantFrom(...(name === 'url' ? ['https://a.example/hook', 'http://a.example'] : ['a', 'B_1', 'text/csv']));
    case 'flag':
      return fc.boolean();
    case 'json':
      return fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 });
    case 'integer':
      return fc.integer({ min: shape.min ?? 0, max: Math.min(shape.max ?? 1000, 4000) });
    default:
      return fc.double({ min: (shape.above ?? shape.min ?? -1) + 0.001, max: (shape.below ?? 100) - 0.001, noNaN: true });
  }
}

const whole = valueOf(policyShape, '');
const part = fc
  .constantFrom(...Object.entries(policyShape.members))
  .chain(([member, shape]) => fc.record({ [member]: valueOf(shape, member) }));
/** Of whole policies, few have nothing in them that excludes anything else. */
const written = fc.oneof(part, whole);

describe('a policy of any content', () => {
  it('that passes the check matches the JSON Schema, and can be carried out, kept and shown', () => {
    let taken = 0;
    fc.assert(
      fc.property(written, (delivery) => {
        const checked = check(delivery);
        if (!('delivery' in checked)) return;
        taken += 1;
        expect(matchesSchema(delivery), JSON.stringify(matchesSchema.errors)).toBe(true);
        const policy = policyFor(checked.delivery, 'any');
        expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
        expect(policy.rollout === null || waitsSeconds(policy.rollout) <= maxWaitsSeconds).toBe(true);
        // What is shown is a policy itself, and the same but for the paths of receivers.
        const shown = check(showPolicy(policy));
        expect('delivery' in shown ? { ...policyFor(shown.delivery, 'any'), notify: [] } : shown).toEqual({
          ...policy,
          notify: [],
        });
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(50);
  });

  it('that does not match the JSON Schema is refused, with a path and without a value', () => {
    const secret = fc.constant('s3cr3t-value with spaces');
    const anything = fc.anything({
      maxDepth: 3,
      withNullPrototype: false,
      values: [secret, fc.double(), fc.boolean(), fc.constant(null)],
    });
    const spoiled = fc
      .tuple(written, fc.constantFrom(...Object.keys(policyShape.members)), anything)
      .map(([delivery, member, value]) => ({ ...(delivery as object), [member]: value }));
    fc.assert(
      fc.property(fc.oneof(spoiled, anything), (delivery) => {
        const checked = check(delivery);
        if ('delivery' in checked) {
          expect(delivery === undefined || matchesSchema(delivery)).toBe(true);
          return;
        }
        expect(checked.issues.length).toBeGreaterThan(0);
        for (const { field, detail } of checked.issues) {
          expect(field).toMatch(/^defaults\.delivery/);
          expect(`${field} ${detail}`).not.toContain('s3cr3t-value');
        }
      }),
      { numRuns: 500 },
    );
  });
});
