import { describe, expect, it, onTestFinished } from 'vitest';
import { connectProducer, reconnectDelayMs } from '../../src/queue/connection.ts';
import { QueueUnavailableError } from '../../src/core/errors.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { startRedis } from '../../tools/testkit/redis.ts';
import { aRun, keptLog, newPrefix, openQueue, openRedis } from './harness.ts';

async function failure(work: Promise<unknown>): Promise<{ error: unknown; afterMs: number }> {
  const startedAt = performance.now();
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return { error, afterMs: performance.now() - startedAt };
}

describe('while Redis is unavailable', () => {
  it('from the start, everything fails fast, and works when it has come', async () => {
    const port = await freePort();
    const { log, lines } = keptLog();
    const queue = openQueue(`redis://127.0.0.1:${port}`, newPrefix(), log);
    for (const use of [
      () => queue.scheduleTrainingCheck(aRun('job-1'), 0),
      () => queue.probe(),
      () => queue.depths(),
      () => queue.restore({ runs: [aRun('job-1')], deployments: [] }, () => 0),
    ]) {
      const { error, afterMs } = await failure(use());
      expect(error).toBeInstanceOf(QueueUnavailableError);
      expect(String(error)).toContain('ECONNREFUSED');
      expect(afterMs).toBeLessThan(1500);
    }
    await startRedis({ port });
    await eventually(() => queue.probe().then(() => true), undefined, { withinMs: 5000 });
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    expect(await queue.depths()).toMatchObject({ 'check-training': { waiting: 1 } });
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'Redis unavailable; retrying'],
      ['info', 'Redis available again'],
    ]);
  });

  it('later, the same, and its problem is logged once', async () => {
    const first = await startRedis();
    const { log, lines } = keptLog();
    const queue = openQueue(first.url, newPrefix(), log);
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    await first.kill();
    await eventually(() => lines.length === 1);
    expect((await failure(queue.scheduleTrainingCheck(aRun('job-2'), 0))).error).toBeInstanceOf(QueueUnavailableError);
    await startRedis({ port: first.port });
    await eventually(() => queue.scheduleTrainingCheck(aRun('job-3'), 0).then(() => true), undefined, { withinMs: 5000 });
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'info']);
    expect(lines[1]).toMatchObject({ connection: 'producer', unavailable_ms: expect.any(Number) });
  });

  it('without hanging up, as when its machine is frozen, an answer is awaited for 1 s', async () => {
    const server = await startRedis();
    const queue = openQueue(server.url, newPrefix());
    await queue.probe();
    server.child.signal('SIGSTOP');
    const { error, afterMs } = await failure(queue.scheduleTrainingCheck(aRun('job-1'), 0));
    server.child.signal('SIGCONT');
    expect(error).toBeInstanceOf(QueueUnavailableError);
    expect(afterMs).toBeGreaterThan(900);
    expect(afterMs).toBeLessThan(2500);
    await eventually(() => queue.probe().then(() => true));
  });

  it('closing takes no longer than a moment', async () => {
    const queue = openQueue(`redis://127.0.0.1:${await freePort()}`, newPrefix());
    await failure(queue.probe());
    const startedAt = performance.now();
    await queue.close();
    expect(performance.now() - startedAt).toBeLessThan(1500);
  });
});

it('waits for its first connection instead of failing', async () => {
  const server = await startRedis();
  const queue = openQueue(server.url, newPrefix());
  await queue.scheduleTrainingCheck(aRun('job-1'), 0);
  expect(await queue.depths()).toMatchObject({ 'check-training': { waiting: 1 } });
});

it('reconnects after 200 ms at first and 2 s at most, with jitter', () => {
  expect([1, 2, 3, 4, 5, 50].map((attempt) => reconnectDelayMs(attempt, () => 0))).toEqual([200, 400, 800, 1600, 2000, 2000]);
  expect(reconnectDelayMs(50, () => 1)).toBe(1500);
});

describe('the address', () => {
  it('may name user, password and database; a wrong password is reported without it', async () => {
    const server = await startRedis();
    const admin = openRedis(server.url);
    await admin.call('ACL', 'SETUSER', 'worker', 'on', '>pass/word', '~*', '&*', '+@all');
    const prefix = newPrefix();
    const queue = openQueue(`redis://worker:pass%2Fword@127.0.0.1:${server.port}/3`, prefix);
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    await admin.select(3);
    expect(await admin.exists(`${prefix}:check-training:check-job-1`)).toBe(1);

    const { log, lines } = keptLog();
    const refused = openQueue(`redis://worker:hunter2@127.0.0.1:${server.port}`, prefix, log);
    expect((await failure(refused.probe())).error).toBeInstanceOf(Error);
    await eventually(() => lines.length > 0);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('may ask for TLS', async () => {
    const { log } = keptLog();
    const redis = connectProducer({ redisUrl: `rediss://127.0.0.1:${await freePort()}`, queuePrefix: newPrefix() }, log);
    onTestFinished(() => redis.disconnect());
    expect(redis.options.tls).toBeTruthy();
  });
});
