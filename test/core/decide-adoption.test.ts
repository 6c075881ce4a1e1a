import { describe, expect, it } from 'vitest';
import {
  decideAdoption,
  type FoundConfig,
  type FoundEndpoint,
  type FoundTraining,
} from '../../src/core/training/decide-adoption.ts';

/** Made at 100, over at 200. */
const own: FoundTraining = { trainingJobName: 'own', createdAt: 100, endedAt: 200, turnedDown: null };
const config = (name: string, createdAt: number | null = 50): FoundConfig => ({
  name: `${name}-config`,
  training: { name, createdAt },
});
const manual: FoundConfig = { name: 'manual', training: null };

/** Changed at 300, on an older training of this service. */
const endpoint = (more: Partial<FoundEndpoint> = {}): FoundEndpoint => ({
  modifiedAt: 300,
  failureReason: null,
  current: config('older'),
  pending: null,
  forced: null,
  ...more,
});

const whyLeft = (training: Partial<FoundTraining>, found: FoundEndpoint | null): string | null => {
  const decision = decideAdoption({ ...own, ...training }, found);
  return decision.kind === 'leave' ? decision.why : null;
};

describe('a completed training that was over before it was found is deployed', () => {
  it.each([
    ['where there is no endpoint', null],
    ['where the endpoint has not changed since it ended', endpoint({ modifiedAt: 200, current: manual, forced: 'older' })],
    ['over an older one of this service', endpoint()],
    ['over an older one that was being put there', endpoint({ pending: config('older-too') })],
    ['where it is live', endpoint({ current: config('own'), forced: 'own' })],
    ['where it is being put there', endpoint({ pending: config('own', null), current: manual })],
    ['to end as superseded, where a newer one is live', endpoint({ current: config('newer', 150), failureReason: 'words' })],
    ['to end as superseded, where a newer one is being put there', endpoint({ pending: config('newer', 150) })],
    ['where another one was forced, and is not live any more', endpoint({ forced: 'another' })],
  ])('%s', (_, found) => {
    expect(whyLeft({}, found)).toBeNull();
  });

  it('as what is live, past gate and hold, where the endpoint is on it and nothing else is on its way', () => {
    expect(decideAdoption(own, endpoint({ current: config('own') }))).toEqual({ kind: 'restore' });
    expect(decideAdoption(own, endpoint({ current: config('own'), pending: config('newer', 150) }))).toEqual({ kind: 'deploy' });
    expect(decideAdoption(own, endpoint({ pending: config('own') }))).toEqual({ kind: 'deploy' });
  });

  it('where it is live, though it was turned down once', () => {
    expect(whyLeft({ turnedDown: 'rolled_back' }, endpoint({ current: config('own') }))).toBeNull();
  });
});

describe('it is left alone', () => {
  it.each([
    ['over a configuration by hand', endpoint({ current: manual }), 'put on manual since'],
    ['while a configuration by hand is being put there', endpoint({ pending: manual }), 'put on manual since'],
    ['over one whose age is not known', endpoint({ current: config('gone', null) }), 'put on gone since'],
    ['over what a person put there by force', endpoint({ forced: 'older' }), 'a person has put older there'],
    ['where the tags of the endpoint cannot be read', endpoint({ forced: undefined }), 'tags of the endpoint cannot be read'],
    ['after a failure', endpoint({ failureReason: 'no ping' }), 'a failure since: no ping'],
  ])('%s', (_, found, why) => {
    expect(whyLeft({}, found)).toContain(why);
  });

  it.each([
    ['rolled_back', 'an update to it was rolled back'],
    ['stopped', 'a stop of it was requested'],
    ['rejected', 'it was turned down (rejected)'],
  ])('where it was turned down, with and without an endpoint: %s', (turnedDown, why) => {
    for (const found of [null, endpoint({ modifiedAt: 1 })]) expect(whyLeft({ turnedDown }, found)).toBe(why);
  });

  it('where SageMaker does not say when it ended, and the endpoint is not ours', () => {
    expect(whyLeft({ endedAt: null }, endpoint({ modifiedAt: 1, current: manual }))).toContain('manual');
  });
});
