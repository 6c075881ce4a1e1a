/** What the fuzzers found, one test for each. */
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/observability/logger.ts';
import { startApi } from '../api/harness.ts';
import { expectProblem } from '../api/request.ts';
import { createSender } from './send.ts';

it.each(['/training-jobs', '/deployments'])('GET %s > names an invalid cursor', async (path) => {
  const { ask } = await startApi();
  for (const cursor of ['x', 'MA', '%00', 'LTE', '1']) {
    const { errors } = expectProblem(await ask('GET', `${path}?cursor=${cursor}`), 422, 'invalid_request');
    expect(errors).toEqual([{ field: 'cursor', detail: 'must be the next_cursor of another page' }]);
  }
});

describe('request without a valid address', () => {
  it.each([
    ['a backslash', '/training-jobs\\', 'x'],
    ['a host that is none', '/training-jobs', 'a b'],
    ['a host with a path', '/training-jobs', 'x/health/live?'],
    ['a host with credentials', '/training-jobs', 'me@x'],
    ['an address of another scheme', 'ftp://x/training-jobs', 'x'],
  ])('%s > returns a problem', async (_, path, host) => {
    const { url, logged } = await startApi();
    const sender = createSender(url, 10_000);
    const { status, headers, text } = await sender.send({ method: 'GET', path, headers: { host }, body: null });
    sender.close();
    expect(status).toBe(400);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(text)).toMatchObject({ status: 400, code: 'bad_request' });
    expect(logged('error')).toEqual([]);
  });
});

describe('logger', () => {
  it.each(['a'.repeat(200_000), `a://${':'.repeat(200_000)}`, 'a://b:'.repeat(30_000), `://${'@'.repeat(200_000)}`])(
    'writes a line in time, whatever its text, %#',
    (text) => {
      const log = createLogger({ logLevel: 'info', secrets: ['a-secret'] }, 'api', { write: () => {} });
      const startedAt = performance.now();
      log.info({ path: text }, 'request');
      expect(performance.now() - startedAt).toBeLessThan(2000);
    },
  );
});
