import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startApi } from './harness.ts';
import { expectProblem } from './request.ts';

describe('request bodies', () => {
  const json = { 'content-type': 'application/json' };
  const limit = 256 * 1024;
  const bodyOf = (bytes: number) => JSON.stringify({}).padEnd(bytes, ' ');
  const chunked = (text: string) => new Blob([text]).stream();

  it('are accepted up to 256 KiB, with a declared length or in chunks', async () => {
    const { ask } = await startApi();
    expect((await ask('POST', '/bootstrap', { headers: json, raw: bodyOf(limit) })).status).toBe(202);
    expect((await ask('POST', '/bootstrap', { headers: json, raw: chunked(bodyOf(limit)) })).status).toBe(202);
  });

  it.each(['/bootstrap', '/deploy/some-job', '/training-jobs/some-job/stop', '/no-such-route'])(
    'are refused above 256 KiB at %s',
    async (path) => {
      const { ask, logged } = await startApi();
      for (const raw of [bodyOf(limit + 1), chunked(bodyOf(limit + 1))]) {
        expectProblem(await ask('POST', path, { headers: json, raw }), 413, 'payload_too_large');
      }
      expect(logged('error')).toEqual([]);
    },
  );

  it('are refused by their declared length before the client sends them', async () => {
    const { url } = await startApi();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      'POST /bootstrap HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n',
    );
    const response = await new Promise<string>((resolve) => {
      socket.once('data', (data) => resolve(data.toString()));
    });
    socket.destroy();
    expect(response).toMatch(/^HTTP\/1\.1 413 /);
    expect(response).toContain('payload_too_large');
  });

  it('that are refused and then end early have one response', async () => {
    const { url, logged } = await startApi();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let received = '';
    socket.on('data', (data) => (received += data.toString()));
    socket.write(
      'POST /bootstrap HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{',
    );
    await eventually(() => received.includes('payload_too_large'));
    socket.end();
    await once(socket, 'close');
    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413']);
    expect(logged('info')).toMatchObject([{ msg: 'request', status: 413 }]);
  });

  it('must be JSON', async () => {
    const { ask } = await startApi();
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
    ]) {
      const response = await ask('POST', '/bootstrap', { headers: { 'content-type': type }, raw: '{}' });
      expectProblem(response, 415, 'unsupported_media_type');
    }
    for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/merge-patch+json']) {
      expect((await ask('POST', '/bootstrap', { headers: { 'content-type': type }, raw: '{}' })).status, type).toBe(202);
    }
  });

  it.each(['{"environment": {"TOKEN": hunter2}}', 'hunter2', '{"a": tr hunter2}', '{"a": "hunter2" hunter2}'])(
    'are not repeated where %s is not JSON',
    async (raw) => {
      const { ask } = await startApi();
      const response = await ask('POST', '/bootstrap', { headers: json, raw });
      expectProblem(response, 422, 'invalid_request');
      expect(JSON.stringify(response.body)).toContain('body is not JSON: ');
      expect(JSON.stringify(response.body)).not.toContain('hunter2');
    },
  );

  it('can be left out', async () => {
    const { ask } = await startApi();
    expect((await ask('POST', '/bootstrap')).status).toBe(202);
    expect((await ask('POST', '/bootstrap', { headers: json, raw: '' })).status).toBe(202);
  });

  it('are invalid when they are no JSON, or no object', async () => {
    const { ask } = await startApi();
    for (const raw of ['{', '{"a":}', 'null', '[]', '"text"', '7', '{} {}']) {
      const { errors } = expectProblem(await ask('POST', '/bootstrap', { headers: json, raw }), 422, 'invalid_request');
      expect(errors).toEqual([{ field: 'body', detail: expect.stringMatching(/JSON/) }]);
    }
  });

  it.each([
    'Content-Length: 100\r\n\r\n{"a"',
    'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a"',
    'Transfer-Encoding: chunked\r\n\r\nno-size\r\n{"a"',
  ])('are a bad request when they end early, which is logged once', async (rest) => {
    const { url, logged } = await startApi();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await new Promise<void>((resolve) => {
      socket.write(`POST /bootstrap HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${rest}`, () => resolve());
    });
    socket.destroySoon();
    await eventually(() => logged('info').find((line) => line['path'] === '/bootstrap'));
    expect(logged('info', 'error')).toMatchObject([{ msg: 'request', status: 400 }]);
  });
});
