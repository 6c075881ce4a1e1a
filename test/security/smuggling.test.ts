/** Requests that two parsers may read in two ways: ours has to refuse them, and to close the connection. */
import { describe, expect, it } from 'vitest';
import { startApi } from '../api/harness.ts';
import { exchange } from './raw.ts';

const key = 'the-only-key-0123456789';
const smuggled = `POST /bootstrap HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nContent-Length: 0\r\n\r\n`;
const outer = `POST /events HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nContent-Type: application/json\r\n`;
const body = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;

const attempts: Record<string, string> = {
  'Content-Length and Transfer-Encoding': `${outer}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
  'Transfer-Encoding and Content-Length': `${outer}Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n${smuggled}`,
  'two different lengths': `${outer}Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  'two equal lengths': `${outer}Content-Length: 0\r\nContent-Length: 0\r\n\r\n${smuggled}`,
  'a list of lengths': `${outer}Content-Length: 0, ${smuggled.length}\r\n\r\n${smuggled}`,
  'a length with a sign': `${outer}Content-Length: +0\r\n\r\n${smuggled}`,
  'a negative length': `${outer}Content-Length: -1\r\n\r\n${smuggled}`,
  'a length in hexadecimal': `${outer}Content-Length: 0x0\r\n\r\n${smuggled}`,
  'a length beyond 64 bits': `${outer}Content-Length: 18446744073709551616\r\n\r\n${smuggled}`,
  'no length at all': `${outer}Content-Length:\r\n\r\n${smuggled}`,
  'an unknown coding': `${outer}Transfer-Encoding: xchunked\r\n\r\n${body}`,
  'chunked, but not at the end': `${outer}Transfer-Encoding: chunked, identity\r\n\r\n${body}`,
  'a space before the colon': `${outer}Transfer-Encoding : chunked\r\n\r\n${body}`,
  'a header with a line break in it (obs-fold)': `${outer}Transfer-Encoding:\r\n chunked\r\n\r\n${body}`,
  'a header that begins with a space': `POST /events HTTP/1.1\r\n Transfer-Encoding: chunked\r\nHost: x\r\n\r\n${body}`,
  'bare LF': `${outer}Transfer-Encoding: chunked\r\n\r\n${body}`.replaceAll('\r\n', '\n'),
  'a bare CR in a header': `${outer}X-One: a\rTransfer-Encoding: chunked\r\n\r\n${body}`,
  'a null byte in a header': `${outer}X-One: a\0b\r\nContent-Length: 0\r\n\r\n${smuggled}`,
  'a null byte in a name': `${outer}X\0One: a\r\nContent-Length: 0\r\n\r\n${smuggled}`,
  'a chunk size with 0x': `${outer}Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n${smuggled}`,
  'a negative chunk size': `${outer}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n${smuggled}`,
  'a chunk size beyond 64 bits': `${outer}Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n${smuggled}`,
  'a chunk that is longer than it says': `${outer}Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n${smuggled}`,
  'bare LF between chunks': `${outer}Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n${smuggled}`,
  // What follows is a request of its own here: its beginning is in no doubt.
  'no host': `POST /bootstrap HTTP/1.1\r\nX-API-Key: ${key}\r\nContent-Length: 0\r\n\r\n`,
  'a space in the path': `POST /events HTTP/1.1 /bootstrap HTTP/1.1\r\nHost: x\r\n\r\n${smuggled}`,
  'an unknown method': `POSTX /events HTTP/1.1\r\nHost: x\r\n\r\n${smuggled}`,
  'another protocol': `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${smuggled}`,
  'a version that there is not': `POST /events HTTP/7.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n${smuggled}`,
};

describe('ambiguous requests', () => {
  it('are refused, and a request behind them is not read', async () => {
    const { url, simulator } = await startApi({ apiKeys: [key] });
    // One after the other, to tell which of them was heard.
    for (const [name, text] of Object.entries(attempts)) {
      const { statuses, received } = await exchange(url, Buffer.from(text, 'latin1'), 5000);
      expect(statuses, `${name}: ${received}`).toEqual([400]);
      expect(simulator.effects(), name).toEqual([]);
    }
  });

  it('are the reason: the same request without ambiguity is accepted', async () => {
    const { url, simulator } = await startApi({ apiKeys: [key] });
    const last = smuggled.replace('Host', 'Connection: close\r\nHost');
    const { statuses } = await exchange(url, `${outer}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${last}`);
    expect(statuses).toEqual([422, 202]);
    expect(simulator.effects({ kind: 'training_job_created' })).toHaveLength(1);
  });
});
