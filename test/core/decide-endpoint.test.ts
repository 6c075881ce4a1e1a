import { describe, expect, it, test } from 'vitest';
import { decideEndpoint } from '../../src/core/deployment/decide-endpoint.ts';
import type { EndpointChange } from '../../src/core/deployment/deployment.ts';
import { changeTiming } from '../../src/core/timing.ts';
import { aDeployment, anEndpoint, at, hour, minute } from './samples.ts';

const { inFlightWindowMs, staleReadWindowMs } = changeTiming;

const decide = (
  deployment: Partial<ReturnType<typeof aDeployment>>,
  endpoint: Partial<ReturnType<typeof anEndpoint>> | null,
  now = at + minute,
  deadline: Parameters<typeof decideEndpoint>[3] = 'in_time',
) => decideEndpoint(aDeployment(deployment), endpoint === null ? null : anEndpoint(endpoint), now, deadline);

const before = at - hour;

const requested = (fields: Partial<EndpointChange>): { endpointChange: EndpointChange } => ({
  endpointChange: {
    action: 'update',
    requestedAt: at,
    respondedAt: null,
    acknowledgedAt: null,
    baseline: { modifiedAt: before, endpointConfigName: 'old' },
    ...fields,
  },
});
const confirmed = { respondedAt: at, acknowledgedAt: at };
/** UpdateEndpoint was sent, and SageMaker confirmed it. */
const updateConfirmed = requested(confirmed);
/** UpdateEndpoint was about to be sent; no response is known. */
const updateUnconfirmed = requested({});
/** SageMaker responded with a 5xx. */
const updateIndeterminate = requested({ respondedAt: at });
const createConfirmed = requested({ action: 'create', baseline: null, ...confirmed });
const createUnconfirmed = requested({ action: 'create', baseline: null });
const deleteConfirmed = requested({ action: 'delete', ...confirmed });
const deleteUnconfirmed = requested({ action: 'delete' });

const inProgress = ['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting', 'Hibernating'];

describe('decideEndpoint without a requested change', () => {
  test.each([
    ['no endpoint', null, 'create'],
    ['InService on another configuration', { status: 'InService' }, 'update'],
    ['Failed', { status: 'Failed' }, 'delete'],
    ['OutOfService', { status: 'OutOfService' }, 'update'],
    ['UpdateRollbackFailed', { status: 'UpdateRollbackFailed' }, 'update'],
  ])('%s: %s', (_, endpoint, kind) => {
    expect(decide({}, endpoint)).toEqual({ kind });
  });

  it.each(inProgress)('waits while the endpoint is %s through another client', (status) => {
    expect(decide({}, { status })).toEqual({
      kind: 'wait',
      why: `the endpoint is ${status}`,
      inProgress: false,
      failureReason: null,
    });
  });

  it('finishes when the configuration is live already', () => {
    expect(decide({}, { endpointConfigName: 'new' })).toEqual({
      kind: 'finish',
      outcome: { status: 'deployed', failureReason: null, failureKind: null, detail: 'was live already', inServiceAt: before },
    });
  });
});

describe('decideEndpoint with a change that has no response', () => {
  test.each([
    ['an update', updateUnconfirmed, { modifiedAt: before }, 'update'],
    ['a creation', createUnconfirmed, null, 'create'],
    ['a deletion', deleteUnconfirmed, { status: 'Failed' }, 'delete'],
  ] as const)('%s is not repeated within the in-flight window', (_, deployment, endpoint, kind) => {
    const why = `the requested ${kind} has no response and may still arrive`;
    for (const now of [at, at + inFlightWindowMs - 1])
      expect(decide(deployment, endpoint, now)).toMatchObject({ kind: 'wait', why });
    // After a clock was put back, the request lies as far in the future.
    for (const now of [at + inFlightWindowMs, at - inFlightWindowMs]) expect(decide(deployment, endpoint, now)).toEqual({ kind });
  });
});

describe('decideEndpoint with an update whose response was a 5xx', () => {
  it('repeats it at once when it took no effect', () => {
    expect(decide(updateIndeterminate, { modifiedAt: before }, at)).toEqual({ kind: 'update' });
  });

  it('does not repeat it when it took effect', () => {
    expect(decide(updateIndeterminate, { status: 'Updating', pendingEndpointConfigName: 'new' }, at)).toMatchObject({
      kind: 'wait',
      inProgress: true,
    });
    expect(decide(updateIndeterminate, { modifiedAt: at + 1, failureReason: 'words' }, at)).toMatchObject({
      outcome: { status: 'rolled_back' },
    });
  });
});

describe('decideEndpoint with an acknowledged update', () => {
  it('finishes as deployed when InService on the new configuration', () => {
    expect(decide(updateConfirmed, { endpointConfigName: 'new', modifiedAt: at + 1 })).toMatchObject({
      outcome: { status: 'deployed' },
    });
  });

  it('waits for a stale read to end, and repeats the update when it lasts', () => {
    expect(decide(updateConfirmed, { modifiedAt: before }, at + staleReadWindowMs - 1)).toMatchObject({ kind: 'wait' });
    expect(decide(updateConfirmed, { modifiedAt: before }, at + staleReadWindowMs)).toEqual({ kind: 'update' });
  });

  it('never repeats an update that was seen in progress: a stale read that lasts is the outcome', () => {
    const seen = { ...updateConfirmed, step: 'in_service' } as const;
    expect(decide(seen, { modifiedAt: before }, at + staleReadWindowMs - 1)).toMatchObject({ kind: 'wait' });
    expect(decide(seen, { modifiedAt: before }, at + staleReadWindowMs)).toMatchObject({ outcome: { status: 'rolled_back' } });
  });

  it.each([
    ['with a reason', 'ping health check failed', 'health_check'],
    ['without one', null, 'other'],
  ])('finishes as rolled back when InService on the old configuration after a change, %s', (_, failureReason, failureKind) => {
    const expected = failureReason ?? 'SageMaker gave no reason';
    expect(decide(updateConfirmed, { modifiedAt: at + 1, failureReason })).toEqual({
      kind: 'finish',
      outcome: { status: 'rolled_back', failureReason: expected, failureKind, detail: expected },
    });
  });

  it('keeps the reason that was seen first', () => {
    const seen = { ...updateConfirmed, failureReason: 'first seen' };
    expect(decide(seen, { modifiedAt: at + 1, failureReason: null })).toMatchObject({ outcome: { failureReason: 'first seen' } });
    expect(decide(updateConfirmed, { status: 'RollingBack', failureReason: 'words' })).toMatchObject({
      kind: 'wait',
      inProgress: true,
      failureReason: 'words',
    });
  });

  it('fails when another client put the endpoint on a third configuration', () => {
    expect(decide(updateConfirmed, { endpointConfigName: 'third', modifiedAt: at + 1 })).toMatchObject({
      outcome: { status: 'failed', failureReason: expect.stringContaining('third') },
    });
  });

  it.each(['Failed', 'UpdateRollbackFailed'])("fails with SageMaker's words when %s", (status) => {
    expect(decide(updateConfirmed, { status, failureReason: 'words', modifiedAt: at + 1 })).toMatchObject({
      outcome: { status: 'failed', failureReason: expect.stringContaining('words') },
    });
  });

  it.each(inProgress)('waits for the change in progress while %s', (status) => {
    expect(decide(updateConfirmed, { status, pendingEndpointConfigName: 'new' })).toMatchObject({
      kind: 'wait',
      inProgress: true,
    });
  });

  it('creates the endpoint when it was deleted', () => {
    expect(decide(updateConfirmed, null, at + staleReadWindowMs)).toEqual({ kind: 'create' });
  });

  it('waits while OutOfService', () => {
    expect(decide(updateConfirmed, { status: 'OutOfService' })).toMatchObject({ kind: 'wait' });
  });
});

describe('decideEndpoint with an update that is not acknowledged', () => {
  it('acknowledges it when SageMaker is seen working on it', () => {
    expect(decide(updateUnconfirmed, { status: 'Updating', pendingEndpointConfigName: 'new' })).toMatchObject({
      kind: 'wait',
      inProgress: true,
    });
    expect(decide(updateUnconfirmed, { status: 'Updating', pendingEndpointConfigName: 'third' })).toMatchObject({
      kind: 'wait',
      inProgress: false,
    });
  });

  it('finishes as deployed when InService on the new configuration', () => {
    expect(decide(updateUnconfirmed, { endpointConfigName: 'new', modifiedAt: at + 1 })).toMatchObject({
      outcome: { status: 'deployed' },
    });
  });

  it('repeats it when nothing changed', () => {
    expect(decide(updateUnconfirmed, { modifiedAt: before })).toEqual({ kind: 'update' });
  });

  it('is rolled back when the endpoint has a reason, and repeated when it may be autoscaling', () => {
    expect(decide(updateUnconfirmed, { modifiedAt: at + 1, failureReason: 'words' })).toMatchObject({
      outcome: { status: 'rolled_back' },
    });
    expect(decide(updateUnconfirmed, { modifiedAt: at + 1 })).toEqual({ kind: 'update' });
  });

  it("repeats it when another client's configuration came first", () => {
    expect(decide(updateUnconfirmed, { endpointConfigName: 'third', modifiedAt: at + 1 })).toEqual({ kind: 'update' });
  });
});

describe('decideEndpoint with a creation', () => {
  it('waits while the endpoint is not visible yet, and repeats the creation after that', () => {
    expect(decide(createConfirmed, null, at + staleReadWindowMs - 1)).toMatchObject({ kind: 'wait' });
    expect(decide(createConfirmed, null, at + staleReadWindowMs)).toEqual({ kind: 'create' });
    expect(decide(createUnconfirmed, null)).toEqual({ kind: 'create' });
  });

  it.each([
    ['confirmed', createConfirmed],
    ['unconfirmed', createUnconfirmed],
  ])('fails when the endpoint is Failed, %s', (_, deployment) => {
    expect(decide(deployment, { status: 'Failed', endpointConfigName: 'new', failureReason: 'no such image' })).toMatchObject({
      outcome: { status: 'failed', failureReason: 'no such image', failureKind: 'image' },
    });
  });

  it('updates an endpoint that another client created', () => {
    expect(decide(createUnconfirmed, { endpointConfigName: 'foreign' })).toEqual({ kind: 'update' });
  });

  it('waits while Creating', () => {
    expect(decide(createUnconfirmed, { status: 'Creating', endpointConfigName: 'new' })).toMatchObject({
      kind: 'wait',
      inProgress: true,
    });
  });
});

describe('decideEndpoint with the deletion of a failed endpoint', () => {
  it('waits for it, then creates the endpoint', () => {
    expect(decide(deleteConfirmed, { status: 'Deleting' })).toMatchObject({ kind: 'wait', inProgress: false });
    expect(decide(deleteConfirmed, null)).toEqual({ kind: 'create' });
  });

  it('repeats it when it was lost', () => {
    expect(decide(deleteConfirmed, { status: 'Failed' }, at + staleReadWindowMs - 1)).toMatchObject({ kind: 'wait' });
    expect(decide(deleteConfirmed, { status: 'Failed' }, at + staleReadWindowMs)).toEqual({ kind: 'delete' });
    expect(decide(deleteUnconfirmed, { status: 'Failed' })).toEqual({ kind: 'delete' });
  });
});

describe('decideEndpoint after a transient failure', () => {
  const capacity = 'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.';

  test.each([
    ['an update', updateConfirmed, { modifiedAt: at + 1 }, 'rolled_back'],
    ['an update that ends Failed', updateConfirmed, { status: 'Failed', modifiedAt: at + 1 }, 'failed'],
    ['a creation', createConfirmed, { status: 'Failed', endpointConfigName: 'new' }, 'failed'],
    ['an update without a response', updateUnconfirmed, { modifiedAt: at + 1 }, 'rolled_back'],
  ] as const)('%s is retried, and ends with that reason at the time limit', (_, deployment, endpoint, status) => {
    const seen = { ...endpoint, failureReason: capacity };
    const outcome = { status, failureReason: capacity, failureKind: 'capacity' };
    expect(decide(deployment, seen)).toMatchObject({ kind: 'retry', cause: 'capacity', reason: capacity, outcome });
    expect(decide(deployment, seen, at + minute, 'confirm')).toMatchObject({ kind: 'wait' });
    expect(decide(deployment, seen, at + minute, 'over')).toMatchObject({ kind: 'finish', outcome });
  });

  it('retries after an internal error of SageMaker', () => {
    const seen = {
      modifiedAt: at + 1,
      failureReason: 'Request to service failed. If failure persists after retry, contact support.',
    };
    expect(decide(updateConfirmed, seen)).toMatchObject({ kind: 'retry', cause: 'internal' });
  });

  it('requests the change when the retry is due, and not before', () => {
    const taken = { retryAt: at + 2 * minute };
    expect(decide(taken, {})).toMatchObject({ kind: 'wait', inProgress: false });
    expect(decide(taken, { status: 'Failed' })).toMatchObject({ kind: 'wait' });
    expect(decide(taken, {}, at + 2 * minute)).toEqual({ kind: 'update' });
    expect(decide(taken, { status: 'Failed' }, at + 2 * minute)).toEqual({ kind: 'delete' });
  });
});

describe('decideEndpoint at the time limit', () => {
  it('ends waiting, with what it waited for, once a second observation agrees', () => {
    const seen = { status: 'SystemUpdating' };
    for (const deadline of ['in_time', 'confirm'] as const)
      expect(decide({}, seen, at, deadline)).toMatchObject({ kind: 'wait', why: 'the endpoint is SystemUpdating' });
    expect(decide({}, seen, at, 'over')).toMatchObject({
      outcome: {
        status: 'failed',
        failureKind: 'timeout',
        failureReason: 'not settled within 7200 s: the endpoint is SystemUpdating',
        unsettled: false,
      },
    });
  });

  it('does not change a settled outcome', () => {
    for (const deadline of ['confirm', 'over'] as const)
      expect(decide(updateConfirmed, { endpointConfigName: 'new' }, at, deadline)).toMatchObject({
        outcome: { status: 'deployed' },
      });
  });

  test.each([
    ['an update', {}, {}, 'the update was still to come'],
    ['a creation', {}, null, 'the create was still to come'],
    ['a deletion', {}, { status: 'Failed' }, 'the delete was still to come'],
    ['an update that is repeated', updateUnconfirmed, { modifiedAt: before }, 'the update was requested and has not happened'],
  ] as const)('lets nothing begin: %s', (_, deployment, endpoint, why) => {
    expect(decide(deployment, endpoint, at + minute, 'confirm')).toMatchObject({ kind: 'wait' });
    expect(decide(deployment, endpoint, at + minute, 'over')).toMatchObject({
      outcome: { status: 'failed', failureReason: `not settled within 7200 s: ${why}` },
    });
  });

  it('reports as unsettled what SageMaker may still complete', () => {
    const updating = { status: 'Updating', pendingEndpointConfigName: 'new' };
    expect(decide(updateConfirmed, updating, at, 'over')).toMatchObject({ outcome: { unsettled: true } });
    expect(decide(updateUnconfirmed, updating, at, 'over')).toMatchObject({ outcome: { unsettled: true } });
    expect(decide(deleteConfirmed, { status: 'Deleting' }, at, 'over')).toMatchObject({
      outcome: { unsettled: false },
    });
  });
});
