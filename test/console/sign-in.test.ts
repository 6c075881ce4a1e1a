import { describe, expect, it } from 'vitest';
import { startApi } from '../api/harness.ts';
import { keys, signIn, startWithKeys, userOf } from './console.ts';

const csp =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

describe('/console without keys', () => {
  it('opens for this machine without a sign-in, under both prefixes', async () => {
    const api = await startApi();
    for (const prefix of ['', '/model-init']) {
      const { status, text, headers } = await userOf(api, '', prefix).get('');
      expect([status, headers.get('content-type'), headers.get('content-security-policy')]).toEqual([
        200,
        'text/html; charset=UTF-8',
        csp,
      ]);
      expect(text).toContain('<h1>Endpoints</h1>');
      expect(text).not.toContain('Sign out');
    }
  });

  it('has no inline script, style or handler, and refers to files of this service alone', async () => {
    const api = await startApi();
    const { text } = await userOf(api).get('');
    expect(text).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/);
    const references = [...text.matchAll(/<(?:script|link)\b[^>]*?\b(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address);
    expect(references.length).toBeGreaterThan(4);
    for (const reference of references) {
      const response = await fetch(new URL(reference, `${api.url}/console`));
      expect([reference, response.status, response.headers.get('cache-control')]).toEqual([
        reference,
        200,
        'private, max-age=31536000, immutable',
      ]);
      const repeated = await fetch(response.url, { headers: { 'if-none-match': response.headers.get('etag') ?? '' } });
      expect(repeated.status).toBe(304);
      await response.arrayBuffer();
    }
  });
});

describe('POST /console/session', () => {
  it('opens a session for a key, with a cookie for the console alone', async () => {
    const api = await startWithKeys();
    const anonymous = userOf(api);
    const refused = await anonymous.get('/runs?status=failed');
    expect([refused.status, refused.headers.get('location')]).toEqual([303, './session?to=runs%3Fstatus%3Dfailed']);
    const closed = await anonymous.get('/session?to=runs%3Fstatus%3Dfailed');
    expect(closed.status).toBe(200);
    expect(closed.text).toContain('name="to" value="runs?status=failed"');
    expect(closed.text).not.toContain('<nav');

    const opened = await anonymous.post('/session', { key: keys.read, to: 'runs?status=failed' });
    expect([opened.status, opened.headers.get('location')]).toEqual([303, './runs?status=failed']);
    const cookie = opened.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^autodeploy_session=[\w.-]+; Max-Age=43200; HttpOnly; SameSite=Strict$/);

    const rita = userOf(api, cookie.split(';')[0]);
    const page = await rita.get('');
    expect(page.status).toBe(200);
    expect(page.text).toContain('rita');
    // The API does not know it, in whatever place.
    for (const path of ['/training-jobs', '/admin/queues', '/metrics', '/docs'])
      expect((await api.ask('GET', path, { headers: { cookie: cookie.split(';')[0] ?? '' } })).status, path).toBe(401);
  });

  it('refuses a wrong key, and says so on the page', async () => {
    const api = await startWithKeys();
    const response = await userOf(api).post('/session', { key: 'wrong-key-0123456789', to: 'system' });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null]);
    expect(response.text).toMatch(/role="alert"[^>]*>This key is none of API_KEYS/);
    expect(response.text).toContain('name="to" value="system"');
    expect(response.text).not.toContain('wrong-key');
  });

  it('marks the cookie Secure where the browser came by https', async () => {
    const publicUrl = 'https://models.example/model-init';
    const api = await startWithKeys({ publicUrl });
    const response = await userOf(api).post('/session', { key: keys.read, to: '' }, { origin: 'https://models.example' });
    expect(response.headers.get('set-cookie')).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
  });
});

describe('a session', () => {
  it('ends after 12 hours', async () => {
    const api = await startWithKeys();
    const user = userOf(api, await signIn(api, keys.approve));
    api.advance(12 * 3600 - 60);
    expect((await user.get('')).status).toBe(200);
    api.advance(120);
    expect((await user.get('')).status).toBe(303);
    expect((await user.post('/endpoints/none/hold', { reason: 'r' })).status).toBe(401);
  });

  it('ends with a sign-out', async () => {
    const api = await startWithKeys();
    const user = userOf(api, await signIn(api, keys.approve));
    const out = await user.post('/sign-out');
    expect([out.status, out.headers.get('set-cookie')]).toEqual([
      303,
      'autodeploy_session=; Max-Age=0; HttpOnly; SameSite=Strict',
    ]);
  });

  it('is worth nothing when it is forged', async () => {
    const api = await startWithKeys();
    const cookie = await signIn(api, keys.read);
    const [head = '', body = '', signature = ''] = cookie.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'anna' })).toString('base64url');
    for (const value of [`${head}.${forged}.${signature}`, `${head}.${body}.`, 'autodeploy_session=x', cookie.slice(0, -3)])
      expect((await userOf(api, value).get('')).status, value).toBe(303);
  });
});

describe('a form', () => {
  it.each([
    ['of another origin', { origin: 'https://evil.example' }],
    ['of an opaque origin', { origin: 'null' }],
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
  ])('%s > changes nothing', async (_, headers) => {
    const api = await startWithKeys();
    const user = userOf(api, await signIn(api, keys.approve));
    const response = await user.post('/preferences', { theme: 'dark' }, headers);
    expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null]);
    expect(response.text).toContain('<main');
  });

  it('without a word of the browser that it comes from the console > changes nothing', async () => {
    const api = await startWithKeys();
    const headers = { cookie: await signIn(api, keys.approve), 'content-type': 'application/x-www-form-urlencoded' };
    const response = await api.ask('POST', '/console/preferences', { headers, raw: 'theme=dark' });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null]);
  });
});

describe('POST /console/preferences', () => {
  it('keeps how pages are to be, and comes back to the page', async () => {
    const api = await startApi();
    const chosen = await userOf(api).post('/preferences', {
      to: 'system',
      theme: 'dark',
      zone: 'Europe/Berlin',
      times: 'absolute',
      keys: 'off',
      live: 'off',
    });
    expect([chosen.status, chosen.headers.get('location')]).toEqual([303, './system']);
    const cookie = chosen.headers.get('set-cookie')?.split(';')[0] ?? '';
    const { text } = await userOf(api, cookie).get('');
    expect(text).toMatch(/data-theme="dark"[^>]*data-zone="Europe\/Berlin"[^>]*data-times="absolute"[^>]*data-keys="off"/);
  });
});

describe('an error', () => {
  it('is a page of the console: 404 for what is not there', async () => {
    const api = await startApi();
    for (const path of ['/no-such-page', '/assets/none.js']) {
      const { status, text, headers } = await userOf(api).get(path);
      expect([status, headers.get('content-security-policy')]).toEqual([404, csp]);
      expect(text).toContain('There is no such page in the console');
    }
  });

  it('is a page that tries again while the database is unavailable', async () => {
    const api = await startApi();
    api.takeDatabaseAway();
    const { status, text, headers } = await userOf(api).get('/runs');
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    expect(text).toMatch(/data-reload="5"/);
    expect(text).toContain('The database is unavailable');
  });
});
