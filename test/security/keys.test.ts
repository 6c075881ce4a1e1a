/** Keys that are nearly right, and right ones in places that are not read. */
import { describe, expect, it } from 'vitest';
import { startApi } from '../api/harness.ts';
import { exchange } from './raw.ts';

const key = 'the-only-key-0123456789';

const wrong: Record<string, string[]> = {
  none: [],
  empty: ['X-API-Key:', 'Authorization:'],
  'a part of it': [`X-API-Key: ${key.slice(0, -1)}`, `Authorization: Bearer ${key.slice(1)}`],
  'too much': [`X-API-Key: ${key}${key}`],
  'one byte': ['X-API-Key: t'],
  'very long': [`X-API-Key: ${'x'.repeat(15_000)}`],
  'of another case': [`X-API-Key: ${key.toUpperCase()}`],
  unicode: ['X-API-Key: schlüssel-ключ-🔑', `Authorization: Bearer ${key}\u00A0`],
  'full-width letters': [
    `Authorization: Bearer ${key.replaceAll(/[a-z]/g, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0))}`,
  ],
  'a list': [`X-API-Key: wrong, ${key}`],
  'given twice': ['X-API-Key: wrong', `X-API-Key: ${key}`],
  'authorization twice': ['Authorization: Bearer wrong', `Authorization: Bearer ${key}`],
  'another scheme': [`Authorization: Token ${key}`, `Cookie: key=${key}`, `Proxy-Authorization: Bearer ${key}`],
  'headers of proxies': [
    `X-Forwarded-Authorization: Bearer ${key}`,
    'X-Forwarded-For: 127.0.0.1',
    'X-Original-URL: /health/live',
    'X-Rewrite-URL: /health/live',
  ],
};

const paths = [
  '/bootstrap',
  `/bootstrap?api_key=${key}`,
  `/bootstrap?access_token=${key}&X-API-Key=${key}&authorization=Bearer%20${key}`,
  '/health/../bootstrap',
  '/health/%2e%2e/bootstrap',
  '/health/live/../../bootstrap',
  '/model-init/health/..//bootstrap',
  '//bootstrap',
  '/%62ootstrap',
  '/bootstrap/health/live',
  'http://x/bootstrap',
  `http://user:${key}@x/bootstrap`,
];

describe('requireKey', () => {
  it('starts nothing for a wrong key, or a right one in another place', async () => {
    const { url, simulator } = await startApi({ apiKeys: [key] });
    const requested = [
      ...Object.entries(wrong).map(([name, headers]) => ({ name, headers, path: '/bootstrap' })),
      ...paths.map((path) => ({ name: path, headers: [], path })),
    ];
    const responses = await Promise.all(
      requested.map(async ({ name, headers, path }) => {
        const lines = [`POST ${path} HTTP/1.1`, 'Host: x', 'Connection: close', 'Content-Length: 0', ...headers, '', ''];
        const { statuses, received } = await exchange(url, lines.join('\r\n'));
        return { name, statuses, received };
      }),
    );
    for (const { name, statuses, received } of responses) expect(statuses, `${name}: ${received}`).toEqual([401]);
    expect(simulator.effects()).toEqual([]);
  });
});
