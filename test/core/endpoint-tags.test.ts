import { describe, expect, it } from 'vitest';
import { readEndpointTags, tagsOfEndpoint } from '../../src/core/deployment/endpoint-tags.ts';
import { turnedDownOfTag } from '../../src/core/deployment/turned-down.ts';
import { tagTextPattern } from '../../src/core/sagemaker/limits.ts';
import { at } from './samples.ts';

const none = { heldSince: null, heldBy: null, holdReason: null, rolledBackAt: null };
const hold = 'autodeploy:hold';

describe('tagsOfEndpoint', () => {
  it('says who holds it and why, in what a tag takes, and a rebuilt database reads the same', () => {
    const record = { heldSince: at, heldBy: 'ana', holdReason: 'the new model is wrong', rolledBackAt: at - 1000 };
    const { tags, without } = tagsOfEndpoint(record);
    expect(tags).toEqual({
      [hold]: '2026-11-24T10:00:00.000Z by ana: the new model is wrong',
      'autodeploy:rolled-back-at': '2026-11-24T09:59:59.000Z',
    });
    expect(without).toEqual([]);
    expect(readEndpointTags('live', tags, 1)).toEqual({ endpointName: 'live', ...record });
  });

  it('takes the hold away from one that is not held', () => {
    expect(tagsOfEndpoint(none)).toEqual({ tags: {}, without: [hold] });
    expect(readEndpointTags('live', {}, 1)).toEqual({ endpointName: 'live', ...none });
  });

  it.each(['it\'s <broken>;\n"wait" 🙂', 'x'.repeat(1000), 'a: b: c', '   ', '\u{1F600}'.repeat(300)])(
    'makes a value that SageMaker takes of the reason %j',
    (holdReason) => {
      for (const heldBy of [null, 'a:b', 'ana (link)']) {
        const { tags } = tagsOfEndpoint({ ...none, heldSince: at, heldBy, holdReason });
        expect(tags[hold]).toMatch(tagTextPattern);
        expect(tags[hold]?.length).toBeLessThanOrEqual(256);
        expect(readEndpointTags('live', tags, 1).heldSince).toBe(at);
      }
    },
  );
});

describe('readEndpointTags', () => {
  it.each(['', 'by hand', '2026-99-99T00:00:00Z by x'])('takes a hold that it cannot read for a hold: %j', (value) => {
    expect(readEndpointTags('live', { [hold]: value }, 77).heldSince).toBe(77);
  });

  it('leaves out an instant that is none', () => {
    expect(readEndpointTags('live', { 'autodeploy:rolled-back-at': 'yesterday' }, 77).rolledBackAt).toBeNull();
  });
});

describe('turnedDownOfTag', () => {
  it('knows who turned a model down, and no other meaning', () => {
    expect(['gate', 'person', 'rollback'].map((tag) => turnedDownOfTag(tag, at)?.how)).toEqual(['gate', 'person', 'rollback']);
    for (const tag of ['rolled_back', 'stopped', 'removed', '', null]) expect(turnedDownOfTag(tag, at)).toBeNull();
  });
});
