import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RedisQueue } from '../../src/queue/queue.ts';
import { QueueUnavailableError } from '../../src/core/errors.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startRedis } from '../../tools/testkit/redis.ts';
import { startTcpSwitch } from '../../tools/testkit/tcp-switch.ts';
import { aDeployment, aRun, keptLog, newPrefix, openQueue, openRedis } from './harness.ts';

const nowhere = ['127.0.0.1', 1] as const;
const back = { withinMs: 5000 };

/** What adds and what proves a write; reads may still work. */
const uses = (queue: RedisQueue): (() => Promise<unknown>)[] => [
  () => queue.scheduleTrainingCheck(aRun('job-2'), 0),
  () => queue.requestTrainingCheck(aRun('job-3'), 'Completed'),
  () => queue.deploy(aDeployment('d-2'), 0),
  () => queue.restore({ runs: [aRun('job-4')], deployments: [] }, () => 0),
  () => queue.probe(),
];

const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => error,
  );

async function expectRefused(queue: RedisQueue, reason: string): Promise<void> {
  await eventually(
    () => outcome(queue.probe()),
    (seen) => String(seen).includes(reason),
  );
  // Many at once share a pipeline.
  const seen = await Promise.all(uses(queue).map((use) => outcome(use())));
  for (const error of seen) expect(error).toBeInstanceOf(QueueUnavailableError);
}

describe('a node that was demoted and keeps its connections', () => {
  it('is the reported reason, and used again as soon as it is promoted', async () => {
    const server = await startRedis();
    const admin = openRedis(server.url);
    const { log, lines } = keptLog();
    const queue = openQueue(server.url, newPrefix(), log);
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    await admin.replicaof(...nowhere);
    await expectRefused(queue, 'the node is a read-only replica (READONLY');
    await admin.replicaof('NO', 'ONE');
    await eventually(() => queue.probe().then(() => true), undefined, back);
    for (const use of uses(queue)) await use();
    expect(lines.map(({ level, message, reason }) => [level, message, String(reason).includes('READONLY')])).toEqual([
      ['warn', 'Redis refuses commands; retrying', true],
    ]);
    await eventually(() => lines.at(-1)?.message === 'Redis available again', undefined, { withinMs: 8000 });
  });

  it('is left for the one that the name leads to now', async () => {
    const [first, second] = [await startRedis(), await startRedis()];
    const name = await startTcpSwitch(first.port);
    const prefix = newPrefix();
    const queue = openQueue(`redis://127.0.0.1:${name.port}`, prefix);
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    await openRedis(first.url).replicaof(...nowhere);
    name.leadTo(second.port);
    const startedAt = performance.now();
    await eventually(() => queue.scheduleTrainingCheck(aRun('job-2'), 0).then(() => true), undefined, back);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(await openRedis(second.url).exists(`${prefix}:check-training:check-job-2`)).toBe(1);
  });
});

describe('a node that takes no writes for now', () => {
  it.each([
    ['maxmemory', '1', '0', 'its memory is full (OOM'],
    ['min-replicas-to-write', '1', '0', 'too few replicas to take writes (NOREPLICAS'],
  ])('by %s is the reported reason, and used again when it does', async (setting, bad, good, reason) => {
    const server = await startRedis();
    const admin = openRedis(server.url);
    const queue = openQueue(server.url, newPrefix());
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    await admin.config('SET', setting, bad);
    await expectRefused(queue, reason);
    // Reads work.
    expect(await eventually(() => queue.depths())).toMatchObject({ 'check-training': { waiting: 1 } });
    await admin.config('SET', setting, good);
    await eventually(() => queue.probe().then(() => true), undefined, back);
  });

  it("because it can't write to its disk, the same", async () => {
    const dir = mkdtempSync(join(tmpdir(), 'autodeploy-gone-'));
    const server = await startRedis({ dir });
    rmSync(dir, { recursive: true });
    const admin = openRedis(server.url);
    const queue = openQueue(server.url, newPrefix());
    await queue.probe();
    await admin.config('SET', 'save', '1 1');
    await admin.set('changed', '1');
    await admin.bgsave().catch(() => {});
    await expectRefused(queue, "it can't write to its disk (MISCONF");
    // Otherwise it would refuse to end, too.
    await admin.config('SET', 'save', '');
    await admin.config('SET', 'stop-writes-on-bgsave-error', 'no');
    await eventually(() => queue.probe().then(() => true), undefined, back);
  });
});

describe('a user', () => {
  it('without a permission, or the password, gets the reason, and works again with it', async () => {
    const server = await startRedis();
    const admin = openRedis(server.url);
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>pass', '~*', '&*', '+@all');
    const queue = openQueue(`redis://app:pass@127.0.0.1:${server.port}`, newPrefix());
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    await admin.call('ACL', 'SETUSER', 'app', '-evalsha', '-set');
    await expectRefused(queue, 'the user lacks a right (NOPERM');
    await admin.call('ACL', 'SETUSER', 'app', '+evalsha', '+set');
    await eventually(() => queue.probe().then(() => true), undefined, back);

    await admin.call('ACL', 'SETUSER', 'app', 'resetpass', '>other');
    await admin.call('CLIENT', 'KILL', 'USER', 'app');
    await expectRefused(queue, 'WRONGPASS');
    await admin.call('ACL', 'SETUSER', 'app', '>pass');
    await eventually(() => queue.probe().then(() => true), undefined, back);
  });
});

it('warns of a policy that throws jobs away', async () => {
  const server = await startRedis();
  await openRedis(server.url).config('SET', 'maxmemory-policy', 'allkeys-lru');
  const { log, lines } = keptLog();
  const queue = openQueue(server.url, newPrefix(), log);
  await eventually(() => queue.facts() !== null);
  expect(queue.facts()).toEqual({ version: expect.stringMatching(/^\d+\./), evictionPolicy: 'allkeys-lru' });
  expect(lines).toMatchObject([{ level: 'warn', code: 'redis_eviction_policy', reason: expect.stringContaining('noeviction') }]);
});
