import { describe, expect, it } from 'vitest';
import { startApi } from './harness.ts';
import { startPrefixProxy } from './prefix-proxy.ts';

/** The addresses of all that the page refers to, resolved as a browser does. */
function referencesOf(html: string, pageUrl: string): string[] {
  const base = new URL(/<base href="([^"]*)"/.exec(html)?.[1] ?? '', pageUrl);
  return [...html.matchAll(/<(?:script|link|img)\b[^>]*?\b(?:src|href)="([^"]+)"/g)].map(
    ([, reference = '']) => new URL(reference, base).href,
  );
}

/** The same pages, directly under both prefixes and behind a proxy that strips one. */
const ways = [
  { how: 'at the root', prefix: '', proxied: false },
  { how: 'under the base path', prefix: '/model-init', proxied: false },
  { how: 'behind a proxy that strips the base path', prefix: '/model-init', proxied: true },
];

describe.each(ways)('pages $how', ({ prefix, proxied }) => {
  const start = async (apiKeys: string[] = []) => {
    const api = await startApi({ apiKeys });
    return { ...api, url: proxied ? await startPrefixProxy(api.url, prefix) : api.url };
  };

  it.each(['/', ''])('%j > leads a browser to the page of the API', async (path) => {
    if (proxied && path === '') return;
    const { url } = await start();
    const page = await fetch(`${url}${prefix}${path}?from=mail`, { redirect: 'manual' });
    expect([page.status, page.headers.get('cache-control')]).toEqual([302, 'no-store']);
    const target = new URL(page.headers.get('location') ?? '', `${url}${prefix}${path || (prefix === '' ? '/' : '')}`);
    expect(target.href).toBe(`${url}${prefix}/docs`);
  });

  it('/favicon.ico > returns an icon, and with keys asks a browser for one', async () => {
    const { url } = await start();
    const icon = await fetch(`${url}${prefix}/favicon.ico`);
    expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(
      Buffer.from(await icon.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    const withKeys = await start(['a-long-enough-key']);
    for (const path of ['/', '/favicon.ico']) {
      const refused = await fetch(`${withKeys.url}${prefix}${path}`, { redirect: 'manual' });
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^Basic /)]);
    }
    const unknown = await fetch(`${withKeys.url}${prefix}/nothing`);
    expect([unknown.status, unknown.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="sagemaker-autodeploy"']);
  });

  it.each(['/admin/queues', '/admin/queues/', '/admin/queues/queue/deploy', '/docs', '/docs/'])(
    '%s > returns the page, and every file that it refers to',
    async (path) => {
      const { url } = await start();
      const pageUrl = `${url}${prefix}${path}`;
      const page = await fetch(pageUrl, { redirect: 'manual' });
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      const html = await page.text();
      const references = referencesOf(html, pageUrl);
      expect(references.length).toBeGreaterThanOrEqual(3);
      for (const reference of references) {
        expect(reference).toMatch(new RegExp(`^${url}${prefix}/(admin/queues|docs)/`));
        const response = await fetch(reference);
        await response.arrayBuffer();
        expect([reference, response.status]).toEqual([reference, 200]);
      }
      // From the internet comes nothing.
      expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
    },
  );

  it("/admin/queues > returns Bull Board's data, read-only", async () => {
    const api = await start();
    const { body: run } = await api.ask<{ training_job_name: string }>('POST', '/bootstrap');
    const board = `${api.url}${prefix}/admin/queues`;
    const response = await fetch(`${board}/api/queues?activeQueue=check-training&page=1`);
    expect(response.status).toBe(200);
    const { queues } = (await response.json()) as { queues: { name: string; readOnlyMode: boolean; counts: object }[] };
    expect(queues.map(({ name }) => name)).toEqual(['check-training', 'deploy']);
    expect(queues.every(({ readOnlyMode }) => readOnlyMode)).toBe(true);
    const job = `${board}/api/queues/check-training/check-${run.training_job_name}`;
    expect(await (await fetch(job)).json()).toMatchObject({ job: { data: { training_job_name: run.training_job_name } } });
    for (const change of [
      `${job}/clean`,
      `${job}/promote`,
      `${board}/api/queues/check-training/pause`,
      `${board}/api/queues/deploy/obliterate`,
    ]) {
      expect((await fetch(change, { method: 'PUT' })).status, change).toBe(405);
    }
    expect(await api.jobsOf('check-training')).toEqual([`check-${run.training_job_name}`]);
  });

  it('a browser signs in once for a page and its data', async () => {
    const { url } = await start(['the-only-key']);
    const signedIn = { headers: { authorization: `Basic ${btoa('me:the-only-key')}` } };
    for (const path of ['/admin/queues', '/admin/queues/api/queues', '/docs/start.js', '/openapi.json']) {
      const refused = await fetch(`${url}${prefix}${path}`);
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
        401,
        'Basic realm="sagemaker-autodeploy", charset="UTF-8"',
      ]);
      expect((await fetch(`${url}${prefix}${path}`, signedIn)).status).toBe(200);
    }
  });

  it('/openapi.json > has the address of the API as the client sees it', async () => {
    const { url } = await start();
    const documentUrl = `${url}${prefix}/openapi.json`;
    const { servers } = (await (await fetch(documentUrl)).json()) as { servers: { url: string }[] };
    const api = new URL(servers[0]?.url ?? '', documentUrl).href.replace(/\/$/, '');
    expect(api).toBe(`${url}${prefix}`);
  });
});

it("Content-Security-Policy > allows the one inline script of Bull Board's page", async () => {
  const { ask } = await startApi();
  const { text, headers } = await ask('GET', '/admin/queues');
  const inline = [
    ...text.matchAll(/<script(?![^>]*\bsrc=)(?![^>]*type="(?:application\/json|text\/template)")[^>]*>([\s\S]*?)<\/script>/g),
  ].map(([, script = '']) => script);
  const runs = inline.filter((script) => !script.trim().startsWith('{"'));
  expect(runs).toHaveLength(1);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(runs[0]));
  expect(headers.get('content-security-policy')).toContain(`'sha256-${Buffer.from(digest).toString('base64')}'`);
});

it('GET /docs/start.js > follows the theme of the browser by a class that the style sheet has', async () => {
  const { ask } = await startApi();
  const { text: script } = await ask('GET', '/docs/start.js');
  const { text: style } = await ask('GET', '/docs/swagger-ui.css');
  const [, name = ''] = /classList\.toggle\('([\w-]+)', dark\.matches\)/.exec(script) ?? [];
  expect(style).toMatch(new RegExp(`html\\.${name}\\{[^}]*background:`));
});

it('GET /docs/… > returns 304 for a file that the browser has, and no other file of the package', async () => {
  const { ask } = await startApi();
  const types = {
    'swagger-ui.css': /^text\/css/,
    'swagger-ui-bundle.js': /^text\/javascript/,
    'favicon-32x32.png': /^image\/png$/,
  };
  for (const [file, type] of Object.entries(types)) {
    const { status, headers } = await ask('GET', `/docs/${file}`);
    expect([status, headers.get('cache-control')]).toEqual([200, 'private, max-age=3600']);
    expect(headers.get('content-type')).toMatch(type);
    const known = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
    const repeated = await ask('GET', `/model-init/docs/${file}`, known);
    expect([repeated.status, repeated.text, repeated.headers.get('cache-control')]).toEqual([304, '', 'private, max-age=3600']);
    expect((await ask('HEAD', `/docs/${file}`)).headers.get('content-length')).toBe(headers.get('content-length'));
  }
  for (const other of ['index.html', 'package.json', '..%2fpackage.json', 'swagger-ui.css.map'])
    expect((await ask('GET', `/docs/${other}`)).status, other).toBe(404);
});

it('GET /admin/queues/api/queues > returns 503 while Redis is unavailable', async () => {
  const { ask } = await startApi({ redisUrl: 'redis://127.0.0.1:9' });
  expect((await ask('GET', '/admin/queues')).status).toBe(200);
  expect(await ask('GET', '/admin/queues/api/queues')).toMatchObject({ status: 503, body: { code: 'redis_unavailable' } });
});
