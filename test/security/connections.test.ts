/** The API as a process, and clients that take its connections, its time and its memory. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSimulator, type Simulator } from 'sagemaker-simulator';
import { startApi } from '../api/harness.ts';
import { type Ask, requesting } from '../api/request.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { type Program, startProgram } from '../../tools/testkit/processes.ts';
import { redisUrl } from '../../tools/testkit/redis.ts';
import { exchange, RawConnection } from './raw.ts';

const key = 'the-only-key-0123456789';
const withKey = { headers: { 'x-api-key': key } };
const idleConnections = 1000;
const megabyte = 1024 * 1024;

const folder = mkdtempSync(join(tmpdir(), 'autodeploy-connections-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function startApiProcess(): Promise<{ program: Program; url: string; ask: Ask; simulator: Simulator }> {
  const simulator = await createSimulator();
  onTestFinished(() => simulator.close());
  const program = startProgram(['src/api/main.ts'], {
    PORT: '0',
    API_KEYS: key,
    REDIS_URL: redisUrl(),
    QUEUE_PREFIX: `{connections-${randomUUID()}}`,
    DATABASE_URL: `file:${folder}/${randomUUID()}.db`,
    EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/SageMakerRole',
    TRAINING_IMAGE: 'registry/train:1',
    MODEL_OUTPUT_S3_URI: 's3://models/out/',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_SAGEMAKER: simulator.url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'none',
  });
  onTestFinished(async () => void (await program.stop()));
  const { url } = await program.logged(({ msg }) => msg === 'listening', 30_000);
  return { program, url: String(url), ask: requesting(String(url)), simulator };
}

const residentBytes = (pid: number): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;

function open(url: string, count: number, first = ''): RawConnection[] {
  const connections = Array.from({ length: count }, () => new RawConnection(url));
  for (const connection of connections) if (first !== '') connection.send(first);
  onTestFinished(() => connections.forEach((connection) => connection.end()));
  return connections;
}

const allClosed = (connections: RawConnection[], withinMs: number): Promise<unknown> =>
  eventually(
    () => connections.filter(({ isClosed }) => !isClosed).length,
    (left) => left === 0,
    { withinMs, everyMs: 50, what: 'the end of all connections' },
  );

describe('1000 idle connections', () => {
  it('delay no other client, take little memory, and are cut in time', async () => {
    const { program, url, ask, simulator } = await startApiProcess();
    expect((await ask('GET', '/training-jobs', withKey)).status).toBe(200);
    const before = residentBytes(program.pid);
    const idle = open(url, idleConnections);
    const slow = open(url, 50, 'POST /bootstrap HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const drip = setInterval(() => slow.forEach((connection) => connection.send('x')), 500);
    onTestFinished(() => clearInterval(drip));
    await eventually(() => [...idle, ...slow].every(({ socket }) => !socket.connecting));

    for (let round = 0; round < 20; round += 1) {
      expect((await ask('GET', '/health/live')).status).toBe(200);
      expect((await ask('GET', '/training-jobs', withKey)).status).toBe(200);
    }
    expect((await ask('POST', '/bootstrap', withKey)).status).toBe(202);
    expect(residentBytes(program.pid) - before).toBeLessThan(150 * megabyte);

    // Ten seconds for the headers; a silent connection is cut the same way.
    await allClosed([...idle, ...slow], 25_000);
    expect(slow.map(({ statuses }) => statuses)).toEqual(slow.map(() => [408]));
    expect((await ask('GET', '/training-jobs', withKey)).status).toBe(200);
    expect(simulator.effects({ kind: 'training_job_created' })).toHaveLength(1);
    expect(program.log.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  }, 60_000);
});

describe('slow requests', () => {
  const timeouts = { headersMs: 500, requestMs: 1000, keepAliveMs: 1000, checkEveryMs: 50 };
  const head = `POST /bootstrap HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nContent-Type: application/json\r\n`;

  it.each([
    ['headers', `${head}X-Slow: `, 'x'],
    ['a body with a length', `${head}Content-Length: 1000\r\n\r\n{`, ' '],
    ['a body in chunks', `${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`, '1\r\n \r\n'],
    ['a chunk that does not end', `${head}Transfer-Encoding: chunked\r\n\r\n100\r\n{`, ' '],
  ])('are cut while they drip %s, and start nothing', async (_, first, more) => {
    const { url, simulator, logged } = await startApi({ apiKeys: [key], timeouts });
    const startedAt = performance.now();
    const connections = open(url, 20, first);
    const drip = setInterval(() => connections.forEach((connection) => connection.send(more)), 100);
    onTestFinished(() => clearInterval(drip));
    await allClosed(connections, 15_000);
    expect(performance.now() - startedAt).toBeGreaterThan(timeouts.headersMs / 2);
    for (const { statuses } of connections) expect([[], [400], [408]]).toContainEqual(statuses);
    expect(simulator.effects()).toEqual([]);
    expect(logged('error', 'fatal')).toEqual([]);
  });

  it('delay no other client by reading slowly', async () => {
    const { url, ask } = await startApi({ apiKeys: [key] });
    const deaf = open(url, 20, `GET /openapi.json HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\n\r\n`.repeat(200));
    for (const { socket } of deaf) socket.pause();
    for (let round = 0; round < 10; round += 1) expect((await ask('GET', '/health/live')).status).toBe(200);
  });
});

describe('huge requests', () => {
  const size = 20 * megabyte;
  const head = (rest: string): string =>
    `POST /bootstrap HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nContent-Type: application/json\r\nConnection: close\r\n${rest}\r\n\r\n`;
  const piece = Buffer.alloc(64 * 1024, 'x');
  const chunk = Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);

  /** Sends until it has a response, as HTTP clients do, or to the end without reading one. */
  async function pour(url: string, first: string, part: Buffer, reads: boolean): Promise<RawConnection> {
    const [connection] = open(url, 1, first) as [RawConnection];
    const isEnough = (): boolean => connection.isClosed || (reads && connection.statuses.length > 0);
    for (let sent = 0; sent < size && !isEnough(); sent += piece.length) await connection.sendDrained(part);
    await eventually(() => connection.isClosed, undefined, { withinMs: 20_000 });
    return connection;
  }

  it.each([
    ['and a client that reads gets the reason', true],
    ['also when the client does not read', false],
  ])(
    'of 20 MB, 20 at once > are refused with little memory, %s',
    async (_, reads) => {
      const { program, url, ask, simulator } = await startApiProcess();
      expect((await ask('GET', '/training-jobs', withKey)).status).toBe(200);
      const before = residentBytes(program.pid);
      const poured = await Promise.all(
        Array.from({ length: 10 }, () => [
          pour(url, head(`Content-Length: ${size}`), piece, reads),
          pour(url, head('Transfer-Encoding: chunked'), chunk, reads),
        ]).flat(),
      );
      expect(residentBytes(program.pid) - before).toBeLessThan(100 * megabyte);
      // A client that still sends when it is cut may lose the response.
      for (const { statuses } of poured) expect(reads ? [[413]] : [[], [413]]).toContainEqual(statuses);
      expect((await ask('GET', '/training-jobs', withKey)).status).toBe(200);
      expect(simulator.effects()).toEqual([]);
      expect(program.log.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    },
    60_000,
  );

  it('leave a client the time to read its response when others have used up what is dropped', async () => {
    const { url } = await startApi({ apiKeys: [key] });
    const [greedy, late] = open(url, 2, head(`Content-Length: ${10 * size}`)) as [RawConnection, RawConnection];
    const flood = async (): Promise<void> => {
      while (!greedy.isClosed) await greedy.sendDrained(piece);
    };
    const flooded = flood();
    late.socket.pause();
    const push = setInterval(() => late.send(piece), 5);
    onTestFinished(() => clearInterval(push));
    await new Promise((resolve) => setTimeout(resolve, 500));
    clearInterval(push);
    late.socket.resume();
    await Promise.all([flooded, late.closed]);
    expect(late.statuses).toEqual([413]);
  }, 30_000);

  it('without a key > are refused before they are read', async () => {
    const { url } = await startApi({ apiKeys: [key] });
    const keyless = head('Transfer-Encoding: chunked').replace(key, 'wrong');
    const { statuses } = await exchange(url, keyless);
    expect(statuses).toEqual([401]);
  });

  it.each([
    ['a long path', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['many headers', `GET / HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(5000)}\r\n`, 431],
    ['an endless trailer', `${head('Transfer-Encoding: chunked')}0\r\n${'X-A: b\r\n'.repeat(5000)}\r\n`, 431],
  ])('with %s > are refused', async (_, text, status) => {
    const { url } = await startApi({ apiKeys: [key] });
    const { statuses, received } = await exchange(url, text);
    expect(statuses, received).toEqual([status]);
  });
});
