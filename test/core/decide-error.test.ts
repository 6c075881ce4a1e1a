import { describe, expect, it } from 'vitest';
import { decideError, type FailedCall } from '../../src/core/deployment/decide-error.ts';
import { retryBudgets } from '../../src/core/timing.ts';
import { aDeployment, at, hour, minute } from './samples.ts';

const call = (kind: FailedCall['kind'], message = 'words'): FailedCall => ({ kind, operation: 'UpdateEndpoint', message });
const aChange = { action: 'update', requestedAt: at, respondedAt: at, acknowledgedAt: null, baseline: null } as const;

describe('decideError', () => {
  it('retries a transient error, and records it with what the deployment waits for', () => {
    expect(decideError(aDeployment(), call('throttled'), 'in_time', at)).toEqual({
      kind: 'retry',
      reason: 'UpdateEndpoint: words',
      failingSince: at,
      progress: {
        lastErrorKind: 'throttled',
        failingSince: at,
        waitsForKind: 'sagemaker',
        waitsForSince: at,
        waitsForDetail: 'UpdateEndpoint: words',
      },
      detail: 'UpdateEndpoint is retried: throttled: words',
    });
  });

  it('names the policy that has a missing permission, also while it waits', () => {
    const denied = call('access_denied', 'User: x is not authorized to perform: kms:CreateGrant');
    const advice = 'it lacks kms:CreateGrant, which docs/iam/features/kms.json allows';
    expect(decideError(aDeployment(), denied, 'in_time', at)).toMatchObject({
      kind: 'retry',
      progress: { waitsForDetail: expect.stringContaining(advice) },
    });
  });

  it('records nothing for the same error again, and counts from its first occurrence', () => {
    const failing = aDeployment({
      lastErrorKind: 'throttled',
      failingSince: at,
      waitsForKind: 'sagemaker',
      waitsForSince: at,
      waitsForDetail: 'UpdateEndpoint: words',
    });
    expect(decideError(failing, call('throttled'), 'in_time', at + minute)).toMatchObject({ failingSince: at, progress: {} });
  });

  it('counts an error of another kind from now', () => {
    const failing = aDeployment({ lastErrorKind: 'throttled', failingSince: at });
    expect(decideError(failing, call('quota'), 'in_time', at + minute)).toMatchObject({ failingSince: at + minute });
  });

  it.each(['access_denied', 'quota', 'not_found', 'contradiction', 'unknown'] as const)(
    'ends the deployment when the retry budget of %s is used up',
    (kind) => {
      const failing = aDeployment({ lastErrorKind: kind, failingSince: at });
      expect(decideError(failing, call(kind), 'in_time', at + retryBudgets[kind] - 1)).toMatchObject({ kind: 'retry' });
      expect(decideError(failing, call(kind), 'in_time', at + retryBudgets[kind])).toMatchObject({
        kind: 'finish',
        outcome: { status: 'failed', failureReason: 'UpdateEndpoint: words', unsettled: false },
      });
    },
  );

  it('ends the deployment at once for an invalid call, as unsettled after a change without a known end', () => {
    expect(decideError(aDeployment({ endpointChange: aChange }), call('invalid'), 'in_time', at)).toMatchObject({
      outcome: { failureKind: 'invalid', unsettled: true },
    });
  });

  it('obeys the time limit, once a second observation agrees', () => {
    expect(decideError(aDeployment(), call('throttled'), 'confirm', at + 2 * hour)).toEqual({
      kind: 'confirm_limit',
      reason: 'UpdateEndpoint: words',
    });
    expect(decideError(aDeployment(), call('throttled'), 'over', at + 2 * hour)).toMatchObject({
      kind: 'finish',
      outcome: { failureKind: 'timeout', failureReason: 'not settled within 7200 s: UpdateEndpoint: words' },
    });
  });
});
