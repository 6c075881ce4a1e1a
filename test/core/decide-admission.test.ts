import { describe, expect, it } from 'vitest';
import { type DeliveryPolicy, noPolicy } from '../../src/core/delivery/policy.ts';
import { decideAdmission } from '../../src/core/deployment/decide-admission.ts';
import { decideGate } from '../../src/core/deployment/decide-gate.ts';

type OnMissing = 'reject' | 'ask' | 'pass';
type Required = 'always' | 'when_unclear' | 'never' | null;

const values = { passed: 1, failed: 0, unclear: null };

function admit(verdict: keyof typeof values, onMissing: OnMissing, required: Required) {
  const policy: DeliveryPolicy = {
    ...noPolicy,
    gate: { rules: [{ metric: 'm', atLeast: 1 }], onMissing },
    approval: required === null ? null : { required, expiresSeconds: 60, notByRequester: true },
  };
  return decideAdmission(policy, decideGate(policy, { trainingJobName: 'new', metrics: { m: values[verdict] } }, null));
}

const kinds = (verdict: keyof typeof values, onMissing: OnMissing) =>
  ([null, 'never', 'when_unclear', 'always'] as const).map((required) => admit(verdict, onMissing, required).kind);

describe('decideAdmission', () => {
  it('rejects what fails, whatever a person would say', () => {
    for (const onMissing of ['reject', 'ask', 'pass'] as const)
      expect(kinds('failed', onMissing)).toEqual(['reject', 'reject', 'reject', 'reject']);
    expect(admit('failed', 'ask', 'always').reason).toBe('the gate failed: m (at least 1): 0 is below 1');
  });

  it('names five rules at most: a reason is to be read', () => {
    const rules = Array.from({ length: 50 }, (_, index) => ({ metric: `m${index}`, atLeast: 1 }));
    const policy: DeliveryPolicy = { ...noPolicy, gate: { rules, onMissing: 'reject' } };
    const { reason } = decideAdmission(policy, decideGate(policy, { trainingJobName: 'new', metrics: { m0: 0 } }, null));
    expect(reason).toBe('the gate failed: m0 (at least 1): 0 is below 1');
    const unclear = decideAdmission(policy, decideGate(policy, { trainingJobName: 'new', metrics: null }, null)).reason;
    expect(unclear.split('; ')).toHaveLength(6);
    expect(unclear).toMatch(/; and 45 more$/);
  });

  it('asks for what passes where each model needs an approval', () => {
    for (const onMissing of ['reject', 'ask', 'pass'] as const)
      expect(kinds('passed', onMissing)).toEqual(['pass', 'pass', 'pass', 'ask']);
  });

  it('does with what is unclear as on_missing says, and still asks where an approval is required', () => {
    expect(kinds('unclear', 'reject')).toEqual(['reject', 'reject', 'reject', 'reject']);
    expect(kinds('unclear', 'ask')).toEqual(['ask', 'ask', 'ask', 'ask']);
    expect(kinds('unclear', 'pass')).toEqual(['pass', 'pass', 'ask', 'ask']);
    expect(admit('unclear', 'pass', null).reason).toBe(
      'the gate is unclear: m (at least 1): the training has no finite number for m',
    );
  });

  it('waits for a day where the policy has no approval', () => {
    expect(admit('unclear', 'ask', null)).toMatchObject({ expiresSeconds: 86_400, notByRequester: false });
    expect(admit('unclear', 'ask', 'never')).toMatchObject({ expiresSeconds: 60, notByRequester: true });
  });

  it('passes without a gate, unless an approval is always required', () => {
    expect(decideAdmission(noPolicy, null)).toEqual({ kind: 'pass', reason: 'the policy has no gate' });
    const approval = { required: 'always', expiresSeconds: 5, notByRequester: false } as const;
    expect(decideAdmission({ gate: null, approval }, null)).toEqual({
      kind: 'ask',
      reason: 'each model needs an approval',
      expiresSeconds: 5,
      notByRequester: false,
    });
  });
});
