import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createApprovalLinks } from '../../src/links/approval-links.ts';

const key = 'a-signing-key-of-32-characters-!';
const links = createApprovalLinks(key);
const link = { deploymentId: '0e7a1b0c-52a3-4d5e-9f6b-1c2d3e4f5a6b', content: 'c0ffee', expiresAt: 2_000_000_000_000 };
const before = link.expiresAt - 1;
const invalid = { kind: 'invalid' };

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const header = { alg: 'HS256', typ: 'JWT' };
const payload = { aud: 'approval', sub: link.deploymentId, content: link.content, exp: link.expiresAt / 1000 };

/** A token of these parts with a right signature, by an implementation of its own. */
function signed(head: unknown, body: unknown, { by = key, hash = 'sha256' } = {}): string {
  const text = `${encode(head)}.${encode(body)}`;
  return `${text}.${createHmac(hash, by).update(text).digest('base64url')}`;
}

describe('an approval link', () => {
  it('is valid until it expires, by the clock that is passed', async () => {
    const token = await links.sign(link);
    expect(token).toMatch(/^[\w.-]+$/);
    expect(await links.verify(token, before)).toEqual({ kind: 'valid', link });
    expect(await links.verify(token, link.expiresAt)).toEqual({ kind: 'expired', link });
    expect(await links.verify(token, 0)).toEqual({ kind: 'valid', link });
  });

  it('is a JSON Web Token that any library reads', async () => {
    const token = await links.sign(link);
    expect(
      token
        .split('.')
        .slice(0, 2)
        .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown),
    ).toEqual([header, payload]);
    expect(await links.verify(signed(header, payload), before)).toEqual({ kind: 'valid', link });
  });

  it('lasts to the second that its instant is in', async () => {
    const token = await links.sign({ ...link, expiresAt: 1_999_999_999_001 });
    expect(await links.verify(token, 1_999_999_999_500)).toMatchObject({ kind: 'valid' });
    expect(await links.verify(token, 2_000_000_000_000)).toMatchObject({ kind: 'expired' });
  });

  it.each(['PUBLIC', 'PRIVATE'])('works with a key that contains %s', async (word) => {
    const own = createApprovalLinks(`${word}-key-of-32-characters-and-more-`);
    expect(await own.verify(await own.sign(link), before)).toMatchObject({ kind: 'valid' });
  });
});

describe('verify, for a hostile token', () => {
  it.each<[string, string]>([
    ['without a signature, alg none', `${encode({ alg: 'none', typ: 'JWT' })}.${encode(payload)}.`],
    ['alg none, signed all the same', signed({ alg: 'none', typ: 'JWT' }, payload)],
    ['of another algorithm', signed({ alg: 'HS512', typ: 'JWT' }, payload, { hash: 'sha512' })],
    ['of a public-key algorithm', signed({ alg: 'RS256', typ: 'JWT' }, payload)],
    ['of another key', signed(header, payload, { by: 'another-signing-key-32-characters' })],
    ['of another use of the key', signed(header, { ...payload, aud: 'session' })],
    ['of no use', signed(header, { ...payload, aud: undefined })],
    ['that never expires', signed(header, { ...payload, exp: undefined })],
    ['that expires at no number', signed(header, { ...payload, exp: '9999999999' })],
    ['that expires at no instant', signed(header, { ...payload, exp: 1e300 })],
    ['that expires at half a second', signed(header, { ...payload, exp: 2e9 + 0.5 })],
    ['without a deployment', signed(header, { ...payload, sub: undefined })],
    ['of two deployments', signed(header, { ...payload, sub: [link.deploymentId, 'x'] })],
    ['without a content', signed(header, { ...payload, content: null })],
    ['with critical extensions', signed({ ...header, crit: ['exp'] }, payload)],
    ['whose payload is null', signed(header, null)],
    ['whose payload is a list', signed(header, [payload])],
    ['whose header is null', signed(null, payload)],
    ['empty', ''],
    ['of dots', '..'],
    ['with four parts', `${signed(header, payload)}.x`],
    ['with white space', `${signed(header, payload)} `],
    ['very long', signed(header, { ...payload, content: 'c'.repeat(1024) })],
  ])('%s: invalid', async (_, token) => {
    expect(await links.verify(token, before)).toEqual(invalid);
  });

  it('forged and expired: invalid, and not expired', async () => {
    const forged = signed(header, { ...payload, exp: 1 }, { by: 'another-signing-key-32-characters' });
    expect(await links.verify(forged, before)).toEqual(invalid);
  });

  it('truncated or changed anywhere: never valid for anything else', async () => {
    const token = await links.sign(link);
    for (let length = 0; length < token.length; length += 1)
      expect((await links.verify(token.slice(0, length), before)).kind, String(length)).toBe('invalid');
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom('A', 'z', '0', '9', '-', '_', '.'), async (at, letter) => {
        const changed = `${token.slice(0, at)}${letter}${token.slice(at + 1)}`;
        const verified = await links.verify(changed, before);
        // The last letter of a signature has bits that say nothing.
        if (verified.kind !== 'invalid') expect(verified).toEqual({ kind: 'valid', link });
      }),
      { seed: 20_261_127, numRuns: 300 },
    );
  });

  it('any text: invalid', async () => {
    const part = fc.oneof(
      fc.string(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    const token = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(token, async (text) => {
        expect(await links.verify(text, before)).toEqual(invalid);
      }),
      { seed: 20_261_127, numRuns: 500 },
    );
  });
});
