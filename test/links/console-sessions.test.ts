import { sign } from 'hono/jwt';
import { describe, expect, it } from 'vitest';
import { createApprovalLinks } from '../../src/links/approval-links.ts';
import { createConsoleSessions } from '../../src/links/console-sessions.ts';
import { sessionMs } from '../../src/ports/console-sessions.ts';

const signingKey = 'a-signing-key-of-enough-characters';
const sessions = createConsoleSessions(signingKey);
const ana = { name: 'ana', key: 'key-of-ana-0123456789' };
const ben = { name: 'ben', key: 'key-of-ben-0123456789' };
const now = Date.UTC(2026, 10, 27);

describe('ConsoleSessions.resume', () => {
  it('returns the key that the session was opened with, on every process with the same signing key', async () => {
    const token = await sessions.sign(ana, now);
    expect(await createConsoleSessions(signingKey).resume(token, [ben, ana], now + sessionMs - 1000)).toBe(ana);
    expect(await createConsoleSessions('another-signing-key').resume(token, [ben, ana], now)).toBeNull();
  });

  it('ends a session with its time', async () => {
    const token = await sessions.sign(ana, now);
    expect(await sessions.resume(token, [ana], now + sessionMs)).toBeNull();
  });

  it('ends the sessions of a key that was removed, or replaced under the same name', async () => {
    const token = await sessions.sign(ana, now);
    expect(await sessions.resume(token, [ben], now)).toBeNull();
    expect(await sessions.resume(token, [{ ...ana, key: 'new-key-of-ana-0123456789' }], now)).toBeNull();
    // Another key under which the same secret now goes is another caller.
    expect(await sessions.resume(token, [{ ...ana, name: 'ben' }], now)).toBeNull();
  });

  it('takes no token of an approval link, and the other way round', async () => {
    const links = createApprovalLinks(signingKey);
    const link = await links.sign({ deploymentId: 'ana', content: 'x', expiresAt: now + sessionMs });
    expect(await sessions.resume(link, [ana], now)).toBeNull();
    expect(await links.verify(await sessions.sign(ana, now), now)).toEqual({ kind: 'invalid' });
  });

  it('takes nothing that it did not sign', async () => {
    const exp = now / 1000 + 60;
    const foreign = await sign({ aud: 'console session', sub: 'ana', key: '', exp }, 'another key', 'HS256');
    const withoutTime = await sign({ aud: 'console session', sub: 'ana', key: '' }, signingKey, 'HS256');
    for (const token of ['', 'a.b.c', '..', 'x'.repeat(2000), foreign, withoutTime, `${foreign}x`])
      expect(await sessions.resume(token, [ana], now), token).toBeNull();
  });

  it('shows nothing of the key', async () => {
    const [, body = ''] = (await sessions.sign(ana, now)).split('.');
    const text = Buffer.from(body, 'base64url').toString();
    expect(text).toContain('ana');
    expect(text).not.toContain(ana.key);
  });
});
