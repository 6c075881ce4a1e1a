import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newPrefix, openRedis } from '../queue/harness.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { startOldRedis } from '../../tools/testkit/old-redis.ts';
import { type Program, startProgram } from '../../tools/testkit/processes.ts';
import { startRedis } from '../../tools/testkit/redis.ts';
import { startTcpSwitch } from '../../tools/testkit/tcp-switch.ts';

function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-start-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const prefix = newPrefix();
  const start = (program: 'api' | 'worker', redisUrl: string, more: Record<string, string> = {}): Program =>
    startProgram([`src/${program}/main.ts`], {
      PORT: '0',
      REDIS_URL: redisUrl,
      QUEUE_PREFIX: prefix,
      DATABASE_URL: `file:${join(folder, 'one.db')}`,
      EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/sagemaker',
      TRAINING_IMAGE: 'training:1',
      MODEL_OUTPUT_S3_URI: 's3://bucket/models',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_SAGEMAKER: 'http://127.0.0.1:9',
      ...more,
    });
  return { start, otherDatabase: { DATABASE_URL: `file:${join(folder, 'other.db')}` } };
}

const isUp = ({ msg }: Record<string, unknown>): boolean => msg === 'worker takes jobs' || msg === 'listening';

/** That both programs end with 78, and the one line that each prints. */
async function toFieldIssues(start: ReturnType<typeof setUp>['start'], redisUrl: string): Promise<string[]> {
  const programs = [start('api', redisUrl), start('worker', redisUrl)];
  const ends = await Promise.all(programs.map(({ exited }) => exited));
  expect(ends).toEqual([
    { code: 78, signal: null },
    { code: 78, signal: null },
  ]);
  for (const { output } of programs) expect(output).toHaveLength(1);
  return programs.flatMap(({ output }) => output);
}

describe('the start of API and worker ends with 78 and one line', () => {
  it.each([
    ['without the right to INFO', ['ACL', 'SETUSER', 'app', '-@dangerous'], /run INFO, .* ACL SETUSER app \+info$/],
    [
      'without scripts',
      ['ACL', 'SETUSER', 'app', '-eval', '-evalsha'],
      /run EVAL, EVALSHA, .* ACL SETUSER app \+eval \+evalsha$/,
    ],
    ['with a wrong password', ['ACL', 'SETUSER', 'app', 'resetpass', '>other'], /password in REDIS_URL is wrong/],
  ])('%s', async (_what, rule, says) => {
    const server = await startRedis();
    const admin = openRedis(server.url);
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>hunter2pass', '~*', '&*', '+@all');
    await admin.call(...(rule as [string, ...string[]]));
    for (const fault of await toFieldIssues(setUp().start, `redis://app:hunter2pass@127.0.0.1:${server.port}`)) {
      expect(fault).toMatch(says);
      expect(fault).not.toContain('hunter2pass');
    }
  });

  it('beside a Redis that is too old', async () => {
    const server = await startRedis();
    const port = await startOldRedis(server.port, '3.2.1');
    for (const fault of await toFieldIssues(setUp().start, `redis://127.0.0.1:${port}`)) {
      expect(fault).toMatch(/is version 3\.2\.1\d*, and 5\.0\.0 is the oldest/);
    }
  });

  it('of those that come later, beside a process of the same queue with another database, and leaves that one alone', async () => {
    const server = await startRedis();
    const { start, otherDatabase } = setUp();
    const first = start('api', server.url);
    await first.logged(isUp, 30_000);
    const later = [start('api', server.url, otherDatabase), start('worker', server.url, otherDatabase)];
    const ends = await Promise.all(later.map(({ exited }) => exited));
    expect(ends.map(({ code }) => code)).toEqual([78, 78]);
    for (const { output } of later) {
      const faults = output.filter((line) => !line.startsWith('{'));
      expect(faults).toEqual([expect.stringMatching(/^DATABASE_URL: this process has another database than the api \S+-\d+-/)]);
    }
    expect(first.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

it('a worker whose Redis is available later, and unusable, ends with 78 then', async () => {
  const server = await startRedis();
  server.child.signal('SIGSTOP');
  const worker = setUp().start('worker', `redis://app:pass@127.0.0.1:${server.port}`);
  await worker.logged(({ msg }) => msg === 'worker started', 30_000);
  server.child.signal('SIGCONT');
  expect(await worker.exited).toEqual({ code: 78, signal: null });
  expect(worker.output.filter((line) => !line.startsWith('{')).join('\n')).toContain('WRONGPASS');
});

it('a worker with another database that starts without Redis takes no jobs when Redis is available', async () => {
  const server = await startRedis();
  const { start, otherDatabase } = setUp();
  const api = start('api', server.url);
  await api.logged(isUp, 30_000);
  const name = await startTcpSwitch(await freePort());
  const worker = start('worker', `redis://127.0.0.1:${name.port}`, otherDatabase);
  await worker.logged(({ msg }) => msg === 'worker started', 30_000);
  name.leadTo(server.port);
  const said = await worker.logged(({ msg }) => msg === 'another process of this queue uses another database', 30_000);
  expect(said).toMatchObject({ level: 'error', reason: expect.stringMatching(/^DATABASE_URL: .* than the api \S+,/) });
  expect(api.log.filter(({ level }) => level === 'error')).toEqual([]);
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
});
