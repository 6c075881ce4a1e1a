import { describe, expect, it } from 'vitest';
import { startApi } from './harness.ts';

describe('entity tags', () => {
  it('return 304 without a body while nothing has changed, and the whole response when something has', async () => {
    const api = await startApi();
    await api.ask('POST', '/bootstrap', { json: { training_job_name: 'one' } });
    for (const path of ['/training-jobs/one', '/training-jobs?limit=1', '/endpoints', '/history']) {
      const first = await api.ask('GET', path);
      const tag = first.headers.get('etag') ?? '';
      expect(tag, path).toMatch(/^W\/"[\w-]{27}"$/);
      expect(first.headers.get('cache-control')).toBe('private, no-cache');
      for (const sent of [tag, `"other", ${tag}`, tag.slice(2), '*']) {
        const repeated = await api.ask('GET', path, { headers: { 'if-none-match': sent } });
        expect([repeated.status, repeated.text, repeated.headers.get('etag')], `${path} ${sent}`).toEqual([304, '', tag]);
        expect(repeated.headers.get('x-request-id')).not.toBeNull();
        expect(repeated.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
      }
      const head = await api.ask('HEAD', path);
      expect([head.status, head.headers.get('etag')]).toEqual([200, tag]);
      const other = await api.ask('GET', path, { headers: { 'if-none-match': 'W/"other"' } });
      expect([other.status, other.body]).toEqual([200, first.body]);
    }
  });

  it('change with what an entry counts, and with the links of a list', async () => {
    const api = await startApi();
    for (const name of ['one', 'two']) await api.ask('POST', '/bootstrap', { json: { training_job_name: name } });
    const tagOf = async (path: string) => (await api.ask('GET', path)).headers.get('etag');
    const before = await tagOf('/training-jobs/one');
    const phase = { secondaryStatus: 'Downloading', trainingCreatedAt: 1000, actor: 'poll' as const, now: api.ctx.now() };
    await api.ctx.store.runs.recordSecondaryStatus({ trainingJobName: 'one', ...phase });
    expect(await tagOf('/training-jobs/one')).not.toBe(before);
    const page = await api.ask('GET', '/training-jobs?limit=1');
    expect(page.headers.get('link')).toMatch(/rel="next"/);
    const known = await api.ask('GET', '/training-jobs?limit=1', {
      headers: { 'if-none-match': page.headers.get('etag') ?? '' },
    });
    expect([known.status, known.headers.get('link')]).toEqual([304, page.headers.get('link')]);
  });

  it('are not given to what needs no key, to problems, and to changes', async () => {
    const api = await startApi();
    for (const [method, path] of [
      ['GET', '/health/live'],
      ['GET', '/training-jobs/none'],
      ['POST', '/bootstrap'],
    ] as const) {
      const { headers } = await api.ask(method, path);
      expect([headers.get('etag'), headers.get('cache-control')], path).toEqual([null, 'no-store']);
    }
  });
});
