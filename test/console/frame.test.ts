import { describe, expect, it } from 'vitest';
import { pathBelow, rootFrom } from '../../src/console/frame/root.ts';
import { defaultPreferences, isZone, readPreferences, writePreferences } from '../../src/console/frame/preferences.ts';
import { returnPath } from '../../src/console/routes/account.ts';
import { longText, quoted } from '../../src/console/parts/names.ts';
import { formatDuration, formatInstant, formatRelative } from '../../src/console/parts/time.ts';

const prefixes = ['', '/model-init'];

describe('longText and quoted', () => {
  const [short, long] = ['a <b> \u202E', 'x'.repeat(1000)];

  it('keep the direction of a text within it, and give a long one a frame', async () => {
    expect(String(await longText(short))).toBe('<bdi>a &lt;b&gt; \u202E</bdi>');
    expect(String(await quoted(short))).toBe('“<bdi>a &lt;b&gt; \u202E</bdi>”');
    expect(String(await longText(long))).toContain(`dir="auto">${long}</span>`);
    expect(String(await quoted(long))).toContain(`dir="auto">“${long}”</span>`);
  });
});

describe('rootFrom', () => {
  it.each([
    ['/console', 'console/'],
    ['/console/', './'],
    ['/console/runs', './'],
    ['/console/runs/', '../'],
    ['/console/runs/console', '../'],
    ['/console/endpoints/a/rollback', '../../'],
    ['/model-init/console', 'console/'],
    ['/model-init/console/endpoints/a', '../'],
  ])('%s > leads to the console, behind any prefix', (pathname, root) => {
    expect(rootFrom(pathname, prefixes)).toBe(root);
    const base = new URL(pathname, 'http://x');
    expect(new URL(`${root}runs`, base).pathname).toBe(`${pathname.replace(/\/console.*/, '')}/console/runs`);
    // A proxy that strips a prefix.
    expect(new URL(`${root}runs`, `http://x/stripped${pathname}`).pathname).toMatch(/^\/stripped.*\/console\/runs$/);
  });

  it('knows a service whose base path is the console path itself', () => {
    expect(pathBelow('/console/console/runs', ['', '/console'])).toBe('runs');
    expect(pathBelow('/console/runs', ['', '/console'])).toBe('runs');
  });
});

describe('returnPath', () => {
  it.each(['', 'runs', 'endpoints/my-endpoint', 'runs?status=failed,stopped&cursor=Mg%3D', 'endpoints/a/rollback?to=b'])(
    '%j > is kept',
    (to) => expect(returnPath(to)).toBe(to),
  );

  it.each([
    '//evil.example',
    'https://evil.example',
    '/runs',
    '../../x',
    'a/../../x',
    'javascript:alert(1)',
    '\\evil',
    'a\r\nb',
    './x',
  ])('%j > leads to the start page', (to) => expect(returnPath(to)).toBe(''));
});

describe('preferences', () => {
  it('come back from the cookie as they were', () => {
    const chosen = { theme: 'dark', zone: 'Europe/Berlin', times: 'absolute', keys: false, live: false } as const;
    expect(readPreferences(writePreferences(chosen))).toEqual(chosen);
  });

  it('are the defaults for whatever else a cookie holds', () => {
    expect(readPreferences('theme=<script>&zone=Nowhere/Land&times=1&keys=&live=')).toEqual(defaultPreferences);
  });

  it.each(['local', 'UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+3'])('%s > is a zone', (zone) =>
    expect(isZone(zone)).toBe(true),
  );

  it.each(['', 'x', 'Europe/Nowhere', '"><img>', '+05:00'])('%j > is none', (zone) => expect(isZone(zone)).toBe(false));
});

describe('times', () => {
  const at = Date.UTC(2026, 10, 27, 3, 17, 29);

  it('name their zone', () => {
    expect(formatInstant(at, 'UTC')).toBe('27 Nov 2026, 03:17:29 UTC');
    expect(formatInstant(at, 'Europe/Berlin')).toBe('27 Nov 2026, 04:17:29 CET');
  });

  it.each([
    [0, 'just now'],
    [59_000, '59 s ago'],
    [61_000, '1 min ago'],
    [7_260_000, '2 h ago'],
    [3 * 86_400_000, '3 d ago'],
    [-3_600_000, 'in 1 h'],
  ])('%i ms later > are %s', (ms, text) => expect(formatRelative(at, at + ms)).toBe(text));

  it.each([
    [999, '0 s'],
    [65_000, '1 min 5 s'],
    [3_600_000, '1 h'],
    [11 * 3_600_000 + 60_000, '11 h'],
  ])('%i ms > last %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});
