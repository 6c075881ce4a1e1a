import { describe, expect, it } from 'vitest';
import { decideUnsettled } from '../../src/core/deployment/decide-unsettled.ts';
import { changeTiming } from '../../src/core/timing.ts';
import { aDeployment, anEndpoint, at, hour, minute } from './samples.ts';

const { staleReadWindowMs } = changeTiming;

describe('decideUnsettled', () => {
  const endpointChange = {
    action: 'update',
    requestedAt: at,
    respondedAt: at,
    acknowledgedAt: at,
    baseline: { modifiedAt: at - hour, endpointConfigName: 'old' },
  } as const;
  const decide = (endpoint: Partial<ReturnType<typeof anEndpoint>> | null | 'not_observed', sinceMs = minute / 2) =>
    decideUnsettled(
      aDeployment({ endpointChange }),
      endpoint === null || endpoint === 'not_observed' ? endpoint : anEndpoint({ modifiedAt: at, ...endpoint }),
      sinceMs,
    );

  it('finds the deployment live, however late', () => {
    expect(decide({ endpointConfigName: 'new', modifiedAt: at + 1 })).toMatchObject({
      kind: 'live',
      endpoint: { modifiedAt: at + 1 },
    });
    expect(decide({ endpointConfigName: 'new' }, 48 * hour)).toMatchObject({ kind: 'live' });
  });

  it.each([
    ['Updating to it', { status: 'Updating', pendingEndpointConfigName: 'new' }],
    ['Creating with it', { status: 'Creating', endpointConfigName: 'new' }],
    ['a stale read', { modifiedAt: at - hour }],
    ['not visible yet', null],
    ['not described', 'not_observed'],
  ] as const)('waits for a day at most: %s', (_, endpoint) => {
    expect(decide(endpoint)).toEqual({ kind: 'wait' });
    expect(decide(endpoint, 25 * hour)).toEqual({ kind: 'settled' });
  });

  it.each([
    ['InService on another configuration', {}],
    ['Updating to another one', { status: 'Updating', pendingEndpointConfigName: 'third' }],
    ['Failed', { status: 'Failed', endpointConfigName: 'new' }],
    ['Deleting', { status: 'Deleting', endpointConfigName: 'new' }],
  ])('is settled: %s', (_, endpoint) => {
    expect(decide(endpoint)).toEqual({ kind: 'settled' });
  });

  it('is settled when nothing changes within the stale read window', () => {
    expect(decide({ modifiedAt: at - hour }, staleReadWindowMs)).toEqual({ kind: 'settled' });
    expect(decide(null, staleReadWindowMs)).toEqual({ kind: 'settled' });
  });
});
