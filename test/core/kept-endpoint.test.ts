import { expect, it } from 'vitest';
import { keptCount, keptEndpoint, tagsWithKept, type KeptEndpoint } from '../../src/core/deployment/kept-endpoint.ts';

const target = {
  ResourceId: 'endpoint/live/variant/main',
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  MinCapacity: 2,
  MaxCapacity: 8,
};
const none: KeptEndpoint = { targets: [], policies: [], scheduledActions: [] };
const scaling = { ...none, targets: [target] };

it('keptCount > is no less than is wished for, than the endpoint had, and than it scales from', () => {
  const countOf = (kept: KeptEndpoint, wanted: number, variantName = 'main') => keptCount(kept, { variantName, wanted });
  expect(countOf(none, 3)).toBe(3);
  expect(countOf({ ...none, instanceCounts: { main: 5 } }, 3)).toBe(5);
  expect(countOf({ ...none, instanceCounts: { main: 5 } }, 3, 'other')).toBe(3);
  expect(countOf({ ...none, instanceCounts: { main: 5 } }, 6)).toBe(6);
  expect(countOf(scaling, 1)).toBe(2);
  expect(countOf({ ...scaling, instanceCounts: { main: 20 } }, 1)).toBe(8);
  expect(countOf({ ...none, targets: [{ ...target, ScalableDimension: 'sagemaker:variant:Other' }] }, 1)).toBe(1);
});

it('keptEndpoint > keeps what was recorded before where there is nothing now, and tags of neither service nor AWS', () => {
  const tags = { owner: 'search', 'autodeploy:hold': 'x', 'aws:cloudformation:stack-name': 'y' };
  const before = keptEndpoint(null, { autoscaling: scaling, tags, instanceCounts: { main: 5 } });
  expect(before).toEqual({ ...scaling, tags: { owner: 'search' }, instanceCounts: { main: 5 } });
  for (const autoscaling of [null, none])
    expect(keptEndpoint(before, { autoscaling, tags: null, instanceCounts: { main: 1 } })).toEqual(before);
  expect(keptEndpoint(before, { autoscaling: none, tags: { owner: 'ads' }, instanceCounts: {} }).tags).toEqual({ owner: 'ads' });
});

it('tagsWithKept > lays those of the deployment over those of the endpoint, and 50 at most', () => {
  expect(tagsWithKept({ a: '1' }, null)).toEqual({ a: '1' });
  expect(tagsWithKept({ a: '1' }, { ...none, tags: { a: '0', b: '2' } })).toEqual({ a: '1', b: '2' });
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`t${index}`, '']));
  const tags = tagsWithKept({ own: '1', t0: '2' }, { ...none, tags: many });
  expect(Object.keys(tags)).toHaveLength(50);
  expect(tags).toMatchObject({ own: '1', t0: '2' });
});
