import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { freePort } from '../../tools/dev/ports.ts';
import { fixture } from './function.ts';
import { startHttpServer } from './http-server.ts';

const file = 'test/fixtures/events/training-completed.json';

/** Runs the program; not synchronously, for the server that it talks to is in this process. */
async function sendEvent(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['scripts/send-event.mjs', ...args], { env });
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.err += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...text };
}

it('posts the event with the key, and prints the answer', async () => {
  const service = await startHttpServer(() => ({ status: 202, body: { accepted: true } }));
  const sent = await sendEvent([file, '--url', `${service.url}/model-init/`], { AUTODEPLOY_API_KEY: 'the-key' });
  expect(sent).toEqual({ code: 0, out: '202 Accepted\n{"accepted":true}\n', err: '' });
  expect(service.received).toMatchObject([{ method: 'POST', path: '/model-init/events', headers: { 'x-api-key': 'the-key' } }]);
  expect(JSON.parse(service.received[0]?.body ?? '')).toEqual(fixture('training-completed'));
});

it('fails with the answer when the service refuses', async () => {
  const service = await startHttpServer(() => ({ status: 401, body: { code: 'unauthorized' } }));
  expect(await sendEvent([file, '--url', service.url])).toEqual({
    code: 1,
    out: '401 Unauthorized\n{"code":"unauthorized"}\n',
    err: '',
  });
  expect(service.received[0]?.headers).not.toHaveProperty('x-api-key');
});

it('reports that the service does not listen', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const sent = await sendEvent([file, '--url', url]);
  expect(sent).toMatchObject({ code: 1, out: '' });
  expect(sent.err).toMatch(new RegExp(`^no response from ${url}: .*ECONNREFUSED`));
});

it.each([
  ['no file', []],
  ['a file that is not there', ['no-such-event.json']],
  ['a file that is no JSON', ['LICENSE']],
  ['two files', [file, file]],
  ['an unknown option', [file, '--key', 'the-key']],
  ['a malformed address', [file, '--url', 'localhost']],
])('ends with how to call it for %s', async (_, args) => {
  const sent = await sendEvent(args);
  expect(sent).toMatchObject({ code: 2, out: '' });
  expect(sent.err).toContain('usage: npm run send-event -- FILE');
});
