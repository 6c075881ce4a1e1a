import { readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callsAsTheyAre, callsInScripts } from '../../src/queue/needed-commands.ts';
import { checkRedis } from '../../src/queue/start-check.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { startRedis } from '../../tools/testkit/redis.ts';
import { startOldRedis } from '../../tools/testkit/old-redis.ts';
import { newPrefix, openRedis } from './harness.ts';

const nowhere = ['127.0.0.1', 1] as const;

async function setUp() {
  const server = await startRedis();
  const admin = openRedis(server.url);
  const prefix = newPrefix();
  const check = (user = '', more: { queuePrefix?: string; path?: string } = {}) =>
    checkRedis({
      redisUrl: `redis://${user}127.0.0.1:${server.port}${more.path ?? ''}`,
      queuePrefix: more.queuePrefix ?? prefix,
    });
  const allow = (...rules: string[]) => admin.call('ACL', 'SETUSER', 'app', 'reset', 'on', '>pass', '~*', '&*', ...rules);
  return { server, admin, prefix, check, allow, place: `REDIS_URL: Redis at 127.0.0.1:${server.port}` };
}

describe('the check at the start', () => {
  it('finds a Redis fit, and leaves nothing behind', async () => {
    const { admin, check } = await setUp();
    expect(await check()).toEqual({ kind: 'fit', facts: { version: expect.any(String), evictionPolicy: 'noeviction' } });
    expect(await admin.dbsize()).toBe(0);
  });

  it.each([
    ['INFO, as a common rule has it', ['+@all', '-@dangerous'], 'run INFO', '+info'],
    ['scripts', ['+@all', '-@scripting'], 'run EVAL, EVALSHA', '+eval +evalsha'],
    ['the blocking fetch', ['+@all', '-@blocking'], 'run BZPOPMIN', '+bzpopmin'],
    ['what the scripts do', ['+@all', '-rpoplpush', '-xadd'], 'run RPOPLPUSH, XADD', '+rpoplpush +xadd'],
  ])('names the right that is missing: %s', async (_what, rules, says, grant) => {
    const { allow, check, place } = await setUp();
    await allow(...rules);
    const fault = `${place} does not let the user "app" ${says}, which the queue needs; grant it with ACL SETUSER app ${grant}`;
    expect(await check('app:pass@')).toEqual({ kind: 'fault', fault });
    await allow(...rules, ...grant.split(' '));
    expect(await check('app:pass@')).toMatchObject({ kind: 'fit' });
  });

  it('names the keys that the user may not use', async () => {
    const { admin, check, prefix, place } = await setUp();
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>pass', '~other*', '&*', '+@all');
    const fault = `${place} does not let the user "app" use keys that begin with ${prefix} (QUEUE_PREFIX); grant it with ACL SETUSER app ~${prefix}*`;
    expect(await check('app:pass@')).toEqual({ kind: 'fault', fault });
    await admin.call('ACL', 'SETUSER', 'app', `~${prefix}*`);
    expect(await check('app:pass@')).toMatchObject({ kind: 'fit' });
  });

  it('tells a wrong password, a missing one and a database that is not there, and shows no password', async () => {
    const { admin, allow, check } = await setUp();
    await allow('+@all');
    const wrong = await check('app:hunter2@');
    expect(wrong).toMatchObject({ kind: 'fault', fault: expect.stringContaining('password in REDIS_URL is wrong') });
    expect(JSON.stringify(wrong)).not.toContain('hunter2');
    const none = await check('', { path: '/99' });
    expect(none).toMatchObject({ kind: 'fault', fault: expect.stringContaining('no database of that number') });
    await admin.config('SET', 'requirepass', 'hunter3');
    const missing = await check();
    expect(missing).toMatchObject({ kind: 'fault', fault: expect.stringContaining('REDIS_URL has none') });
    for (const { fault } of [wrong, none, missing] as { fault: string }[]) expect(fault).not.toContain('\n');
  });

  it('tells a version that is too old', async () => {
    const { server, prefix } = await setUp();
    const port = await startOldRedis(server.port, '3.2.1');
    const checked = await checkRedis({ redisUrl: `redis://127.0.0.1:${port}`, queuePrefix: prefix });
    const fault =
      /^REDIS_URL: Redis at 127\.0\.0\.1:\d+ is version 3\.2\.1\d*, and 5\.0\.0 is the oldest that the queue works with$/;
    expect(checked).toEqual({ kind: 'fault', fault: expect.stringMatching(fault) });
  });

  it('waits for one that is unavailable, demoted, full, or lacks its replicas', async () => {
    const { admin, check, prefix } = await setUp();
    const away = await checkRedis({ redisUrl: `redis://127.0.0.1:${await freePort()}`, queuePrefix: prefix });
    expect(away).toMatchObject({ kind: 'wait', reason: expect.stringContaining('ECONNREFUSED') });
    await admin.config('SET', 'maxmemory', '1');
    expect(await check()).toMatchObject({ kind: 'wait', reason: expect.stringContaining('OOM') });
    await admin.config('SET', 'maxmemory', '0');
    await admin.config('SET', 'min-replicas-to-write', '1');
    expect(await check()).toMatchObject({ kind: 'wait', reason: expect.stringContaining('NOREPLICAS') });
    await admin.config('SET', 'min-replicas-to-write', '0');
    await admin.replicaof(...nowhere);
    expect(await check()).toMatchObject({ kind: 'wait', reason: expect.stringContaining('READONLY') });
    await admin.config('SET', 'replica-serve-stale-data', 'no');
    expect(await check()).toMatchObject({ kind: 'wait' });
  });

  it('gives up on one that does not answer', async () => {
    const { server, check } = await setUp();
    server.child.signal('SIGSTOP');
    const startedAt = performance.now();
    expect(await check()).toMatchObject({ kind: 'wait' });
    expect(performance.now() - startedAt).toBeLessThan(4000);
    server.child.signal('SIGCONT');
  });
});

/** The scripts that are behind what this service does with its queues, and behind what Bull Board shows of them. */
const used =
  /^(addStandardJob|addDelayedJob|getState|getStateV2|getRanges|getCounts|getJobs|getMetrics|paginate|isMaxed|removeJob|moveToActive|moveToDelayed|moveToFinished|moveJobFromActiveToWait|extendLock|extendLocks|releaseLock|moveStalledJobsToWait|changeDelay|promote|updateData|addLog)-\d+\.js$/;

it("tries every command of BullMQ's scripts", async () => {
  const folder = fileURLToPath(new URL('../../node_modules/bullmq/dist/esm/scripts', import.meta.url));
  const scripts = await Promise.all(
    readdirSync(folder)
      .filter((file) => used.test(file))
      .map(async (file) => {
        const module = (await import(pathToFileURL(join(folder, file)).href)) as Record<string, { content: string }>;
        return Object.values(module)[0]?.content ?? '';
      }),
  );
  expect(scripts.length).toBeGreaterThan(20);
  const run = scripts.flatMap((lua) => [...lua.matchAll(/\b(?:rcall|redis\.p?call)\(\s*["'](\w+)["']/g)]);
  const commands = new Set(run.map(([, command = '']) => command.toUpperCase()));
  const tried = new Set(callsInScripts('p').map(([command]) => command));
  expect([...commands].filter((command) => !tried.has(command))).toEqual([]);
  expect(callsAsTheyAre('p').map(([command]) => command)).toEqual(expect.arrayContaining(['INFO', 'BZPOPMIN']));
});
