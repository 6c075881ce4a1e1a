import { describe, expect, it, test } from 'vitest';
import {
  inFlightWindowMs,
  decideEndpoint,
  type EndpointCircumstances,
  staleReadWindowMs,
} from '../../src/core/deployment/decide-endpoint.ts';
import { aDeployment, anEndpoint, at, hour, minute } from './samples.ts';

const decide = (
  deployment: Partial<ReturnType<typeof aDeployment>>,
  endpoint: Partial<ReturnType<typeof anEndpoint>> | null,
  now = at + minute,
  observe: EndpointCircumstances = {},
) => decideEndpoint(aDeployment(deployment), endpoint === null ? null : anEndpoint(endpoint), now, observe);

const before = at - hour;
/** UpdateEndpoint was sent, and SageMaker confirmed it. */
const updateConfirmed = {
  requestedAction: 'update',
  requestedAt: at,
  acknowledgedAt: at,
  baselineModifiedAt: before,
  previousEndpointConfigName: 'old',
} as const;
/** UpdateEndpoint was about to be sent; its answer never came. */
const updateUnconfirmed = { ...updateConfirmed, acknowledgedAt: null };
const createConfirmed = { requestedAction: 'create', requestedAt: at, acknowledgedAt: at } as const;
const createUnconfirmed = { ...createConfirmed, acknowledgedAt: null };
const deleteConfirmed = { ...updateConfirmed, requestedAction: 'delete' } as const;

const inProgress = ['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting', 'Hibernating'];

describe('nothing asked for yet', () => {
  test.each([
    ['no endpoint', null, 'create'],
    ['InService on another configuration', { status: 'InService' }, 'update'],
    ['Failed', { status: 'Failed' }, 'delete'],
    ['OutOfService', { status: 'OutOfService' }, 'update'],
    ['UpdateRollbackFailed', { status: 'UpdateRollbackFailed' }, 'update'],
  ])('%s: %s', (_, endpoint, kind) => {
    expect(decide({}, endpoint)).toEqual({ kind });
  });

  it.each(inProgress)('waits while the endpoint is %s on somebody else’s account', (status) => {
    expect(decide({}, { status })).toEqual({
      kind: 'wait',
      why: `the endpoint is ${status}`,
      inProgress: false,
      failureReason: null,
    });
  });

  it('recognises what is live already, and does not repeat it', () => {
    expect(decide({}, { endpointConfigName: 'new' })).toEqual({
      kind: 'finish',
      outcome: { status: 'deployed', failureReason: null, failureKind: null, detail: 'was live already', inServiceAt: before },
    });
  });
});

describe('what was asked for and not answered', () => {
  test.each([
    ['an update', updateUnconfirmed, { modifiedAt: before }, 'update'],
    ['a creation', createUnconfirmed, null, 'create'],
    ['a deletion', { ...deleteConfirmed, acknowledgedAt: null }, { status: 'Failed' }, 'delete'],
  ] as const)('%s is not asked for again while it may still arrive', (_, deployment, endpoint, kind) => {
    const why = `the ${kind} that was asked for was not answered and may still arrive`;
    for (const now of [at, at + inFlightWindowMs - 1])
      expect(decide(deployment, endpoint, now)).toMatchObject({ kind: 'wait', why });
    // By a clock that was put back it is as far in the future.
    for (const now of [at + inFlightWindowMs, at - inFlightWindowMs]) expect(decide(deployment, endpoint, now)).toEqual({ kind });
  });
});

describe('an update that was confirmed', () => {
  it('is deployed when InService on the new configuration', () => {
    expect(decide(updateConfirmed, { endpointConfigName: 'new', modifiedAt: at + 1 })).toMatchObject({
      outcome: { status: 'deployed' },
    });
  });

  it('waits for a view from before the update, and asks again when it lasts', () => {
    expect(decide(updateConfirmed, { modifiedAt: before }, at + staleReadWindowMs - 1)).toMatchObject({ kind: 'wait' });
    expect(decide(updateConfirmed, { modifiedAt: before }, at + staleReadWindowMs)).toEqual({ kind: 'update' });
  });

  it('that was seen at work is never asked for again: a view from before is waited out, then it is the outcome', () => {
    const seen = { ...updateConfirmed, step: 'settle' } as const;
    expect(decide(seen, { modifiedAt: before }, at + staleReadWindowMs - 1)).toMatchObject({ kind: 'wait' });
    expect(decide(seen, { modifiedAt: before }, at + staleReadWindowMs)).toMatchObject({ outcome: { status: 'rolled_back' } });
  });

  it.each([
    ['with a reason', 'ping health check failed', 'health_check'],
    ['without one', null, 'other'],
  ])('is rolled back when InService on the old one after a change, %s', (_, failureReason, failureKind) => {
    const expected = failureReason ?? 'SageMaker gave no reason';
    expect(decide(updateConfirmed, { modifiedAt: at + 1, failureReason })).toEqual({
      kind: 'finish',
      outcome: { status: 'rolled_back', failureReason: expected, failureKind, detail: expected },
    });
  });

  it('keeps the reason that was seen first', () => {
    const seen = { ...updateConfirmed, failureReason: 'first seen' };
    expect(decide(seen, { modifiedAt: at + 1, failureReason: null })).toMatchObject({ outcome: { failureReason: 'first seen' } });
    expect(decide(updateConfirmed, { status: 'RollingBack', failureReason: 'because' })).toMatchObject({
      kind: 'wait',
      inProgress: true,
      failureReason: 'because',
    });
  });

  it('fails when somebody else put the endpoint on a third configuration', () => {
    expect(decide(updateConfirmed, { endpointConfigName: 'third', modifiedAt: at + 1 })).toMatchObject({
      outcome: { status: 'failed', failureReason: expect.stringContaining('third') },
    });
  });

  it.each(['Failed', 'UpdateRollbackFailed'])('fails with SageMaker’s words when %s', (status) => {
    expect(decide(updateConfirmed, { status, failureReason: 'words', modifiedAt: at + 1 })).toMatchObject({
      outcome: { status: 'failed', failureReason: expect.stringContaining('words') },
    });
  });

  it.each(inProgress)('is under way while %s', (status) => {
    expect(decide(updateConfirmed, { status, pendingEndpointConfigName: 'new' })).toMatchObject({
      kind: 'wait',
      inProgress: true,
    });
  });

  it('creates the endpoint when somebody deleted it', () => {
    expect(decide(updateConfirmed, null, at + staleReadWindowMs)).toEqual({ kind: 'create' });
  });

  it('waits while OutOfService', () => {
    expect(decide(updateConfirmed, { status: 'OutOfService' })).toMatchObject({ kind: 'wait' });
  });
});

describe('an update whose answer was lost', () => {
  it('is confirmed by the sight of it', () => {
    expect(decide(updateUnconfirmed, { status: 'Updating', pendingEndpointConfigName: 'new' })).toMatchObject({
      kind: 'wait',
      inProgress: true,
    });
    expect(decide(updateUnconfirmed, { status: 'Updating', pendingEndpointConfigName: 'third' })).toMatchObject({
      kind: 'wait',
      inProgress: false,
    });
  });

  it('is deployed when InService on the new configuration', () => {
    expect(decide(updateUnconfirmed, { endpointConfigName: 'new', modifiedAt: at + 1 })).toMatchObject({
      outcome: { status: 'deployed' },
    });
  });

  it('is asked for again when nothing changed', () => {
    expect(decide(updateUnconfirmed, { modifiedAt: before })).toEqual({ kind: 'update' });
  });

  it('is rolled back when the change has a reason, and asked for again when the change may be autoscaling’s', () => {
    expect(decide(updateUnconfirmed, { modifiedAt: at + 1, failureReason: 'words' })).toMatchObject({
      outcome: { status: 'rolled_back' },
    });
    expect(decide(updateUnconfirmed, { modifiedAt: at + 1 })).toEqual({ kind: 'update' });
  });

  it('is asked for again when somebody else’s configuration came first', () => {
    expect(decide(updateUnconfirmed, { endpointConfigName: 'third', modifiedAt: at + 1 })).toEqual({ kind: 'update' });
  });
});

describe('a creation', () => {
  it('is waited for while the endpoint is not visible yet, and asked for again after that', () => {
    expect(decide(createConfirmed, null, at + staleReadWindowMs - 1)).toMatchObject({ kind: 'wait' });
    expect(decide(createConfirmed, null, at + staleReadWindowMs)).toEqual({ kind: 'create' });
    expect(decide(createUnconfirmed, null)).toEqual({ kind: 'create' });
  });

  it.each([
    ['confirmed', createConfirmed],
    ['unconfirmed', createUnconfirmed],
  ])('that ends as Failed fails, %s', (_, requested) => {
    expect(decide(requested, { status: 'Failed', endpointConfigName: 'new', failureReason: 'no such image' })).toMatchObject({
      outcome: { status: 'failed', failureReason: 'no such image', failureKind: 'image' },
    });
  });

  it('becomes an update when the endpoint turns out to be somebody else’s', () => {
    expect(decide(createUnconfirmed, { endpointConfigName: 'theirs' })).toEqual({ kind: 'update' });
  });

  it('is under way while Creating', () => {
    expect(decide(createUnconfirmed, { status: 'Creating', endpointConfigName: 'new' })).toMatchObject({
      kind: 'wait',
      inProgress: true,
    });
  });
});

describe('the deletion of a failed endpoint', () => {
  it('is waited for, then followed by the creation', () => {
    expect(decide(deleteConfirmed, { status: 'Deleting' })).toMatchObject({ kind: 'wait', inProgress: false });
    expect(decide(deleteConfirmed, null)).toEqual({ kind: 'create' });
  });

  it('is asked for again when it was lost', () => {
    expect(decide(deleteConfirmed, { status: 'Failed' }, at + staleReadWindowMs - 1)).toMatchObject({ kind: 'wait' });
    expect(decide(deleteConfirmed, { status: 'Failed' }, at + staleReadWindowMs)).toEqual({ kind: 'delete' });
    expect(decide({ ...deleteConfirmed, acknowledgedAt: null }, { status: 'Failed' })).toEqual({ kind: 'delete' });
  });
});

describe('a failure that passes', () => {
  const capacity = 'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.';

  test.each([
    ['an update', updateConfirmed, { modifiedAt: at + 1 }, 'rolled_back'],
    ['an update that ends Failed', updateConfirmed, { status: 'Failed', modifiedAt: at + 1 }, 'failed'],
    ['a creation', createConfirmed, { status: 'Failed', endpointConfigName: 'new' }, 'failed'],
    ['an update that was not answered', updateUnconfirmed, { modifiedAt: at + 1 }, 'rolled_back'],
  ] as const)('%s is tried again, and ends with that reason at the time limit', (_, requested, endpoint, status) => {
    const seen = { ...endpoint, failureReason: capacity };
    const outcome = { status, failureReason: capacity, failureKind: 'capacity' };
    expect(decide(requested, seen)).toMatchObject({ kind: 'retry', cause: 'capacity', reason: capacity, outcome });
    expect(decide(requested, seen, at + minute, { deadline: 'confirm' })).toMatchObject({ kind: 'wait' });
    expect(decide(requested, seen, at + minute, { deadline: 'over' })).toMatchObject({ kind: 'finish', outcome });
  });

  it('is SageMaker’s own, too', () => {
    const seen = {
      modifiedAt: at + 1,
      failureReason: 'Request to service failed. If failure persists after retry, contact support.',
    };
    expect(decide(updateConfirmed, seen)).toMatchObject({ kind: 'retry', cause: 'internal' });
  });

  it('is asked for again when it is due, and not before', () => {
    const taken = { retryAt: at + 2 * minute };
    expect(decide(taken, {})).toMatchObject({ kind: 'wait', inProgress: false });
    expect(decide(taken, { status: 'Failed' })).toMatchObject({ kind: 'wait' });
    expect(decide(taken, {}, at + 2 * minute)).toEqual({ kind: 'update' });
    expect(decide(taken, { status: 'Failed' }, at + 2 * minute)).toEqual({ kind: 'delete' });
  });
});

describe('the deadline', () => {
  it('ends waiting, with what was waited for, once a second look agrees', () => {
    const seen = { status: 'SystemUpdating' };
    for (const deadline of ['in_time', 'confirm'] as const)
      expect(decide({}, seen, at, { deadline })).toMatchObject({ kind: 'wait', why: 'the endpoint is SystemUpdating' });
    expect(decide({}, seen, at, { deadline: 'over' })).toMatchObject({
      outcome: {
        status: 'failed',
        failureKind: 'timeout',
        failureReason: 'not settled within 7200 s: the endpoint is SystemUpdating',
        unsettled: false,
      },
    });
  });

  it('takes nothing from what is settled', () => {
    for (const deadline of ['confirm', 'over'] as const)
      expect(decide(updateConfirmed, { endpointConfigName: 'new' }, at, { deadline })).toMatchObject({
        outcome: { status: 'deployed' },
      });
  });

  test.each([
    ['an update', {}, {}, 'the update of the endpoint was still to come'],
    ['a creation', {}, null, 'the create of the endpoint was still to come'],
    ['a deletion', {}, { status: 'Failed' }, 'the delete of the endpoint was still to come'],
    ['an update that is asked for again and again', updateUnconfirmed, { modifiedAt: before }, 'asked for, and not done'],
  ] as const)('lets nothing begin any more: %s', (_, deployment, endpoint, why) => {
    expect(decide(deployment, endpoint, at + minute, { deadline: 'confirm' })).toMatchObject({ kind: 'wait' });
    expect(decide(deployment, endpoint, at + minute, { deadline: 'over' })).toMatchObject({
      outcome: { status: 'failed', failureReason: `not settled within 7200 s: ${why}` },
    });
  });

  it('says that SageMaker may still bring about what was asked for', () => {
    const updating = { status: 'Updating', pendingEndpointConfigName: 'new' };
    expect(decide(updateConfirmed, updating, at, { deadline: 'over' })).toMatchObject({ outcome: { unsettled: true } });
    expect(decide(updateUnconfirmed, updating, at, { deadline: 'over' })).toMatchObject({ outcome: { unsettled: true } });
    expect(decide(deleteConfirmed, { status: 'Deleting' }, at, { deadline: 'over' })).toMatchObject({
      outcome: { unsettled: false },
    });
  });
});
