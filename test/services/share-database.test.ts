import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { shareDatabase, type SharedDatabase } from '../../src/services/system/share-database.ts';
import { aRun, keptLog, newPrefix, openQueue, openRedis } from '../queue/harness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { redisUrl, startRedis } from '../../tools/testkit/redis.ts';

const times = { compareEveryMs: 20, differsForMs: 200, startWaitMs: 300 };

interface Member {
  shared: SharedDatabase;
  database: { id: string };
  problems: (string | null)[];
  lines: ReturnType<typeof keptLog>['lines'];
}

/** Processes of one queue, each with a database that can be exchanged. */
function setUp(url = redisUrl(), queuePrefix = newPrefix()) {
  const start = (name: string, id: string): Member => {
    const database = { id };
    const problems: (string | null)[] = [];
    const { log, lines } = keptLog();
    const shared = shareDatabase({
      store: { processes: { databaseId: () => Promise.resolve(database.id) } },
      peers: openQueue(url, queuePrefix),
      log,
      now: Date.now,
      self: { name, service: name.startsWith('api') ? 'api' : 'worker' },
      queuePrefix,
      onProblem: (problem) => problems.push(problem),
      times,
    });
    onTestFinished(() => shared.stop());
    return { shared, database, problems, lines };
  };
  return { queuePrefix, start };
}

describe('shareDatabase > join', () => {
  it('lets processes with one database start', async () => {
    const { start } = setUp();
    const members = [start('api-1', 'one'), start('worker-1', 'one')];
    for (const { shared } of members) expect(await shared.join()).toBeNull();
    for (const { shared } of members) await shared.observe();
    expect(members.map(({ shared }) => [shared.problem(), shared.objection()])).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  it('refuses a new process with another database after some seconds, and disturbs no other', async () => {
    const { start, queuePrefix } = setUp();
    const api = start('api-1', 'one');
    expect(await api.shared.join()).toBeNull();
    api.shared.watch();
    const worker = start('worker-1', randomUUID());
    const startedAt = performance.now();
    const fault = await worker.shared.join();
    expect(performance.now() - startedAt).toBeGreaterThan(times.startWaitMs);
    expect(fault).toMatch(/^DATABASE_URL: this process has another database than the api api-1/);
    expect(fault).toContain(queuePrefix);
    expect(fault).not.toContain('\n');
    expect(api.problems).toEqual([]);
  });

  it('lets one of two processes start that begin at once with two databases', async () => {
    const { start } = setUp();
    const faults = await Promise.all([start('api-1', 'one').shared.join(), start('worker-1', 'two').shared.join()]);
    // The second process yields only once the first one is known to run.
    expect(faults.filter((fault) => fault === null)).toHaveLength(1);
  });

  it('waits until processes with an old database are forgotten', async () => {
    const { start } = setUp();
    const old = start('worker-old', 'one');
    await old.shared.join();
    const joining = start('worker-new', 'two').shared.join();
    await old.shared.stop();
    expect(await joining).toBeNull();
  });
});

describe('shareDatabase > watch', () => {
  it('reports nothing while all processes replace a lost database', async () => {
    const { start } = setUp();
    const members = [start('api-1', 'one'), start('worker-1', 'one'), start('worker-2', 'one')];
    for (const { shared } of members) {
      await shared.join();
      shared.watch();
    }
    for (const { database, shared } of members) {
      database.id = 'two';
      await shared.observe();
    }
    await eventually(async () => {
      for (const { shared } of members) await shared.observe();
      return members.every(({ shared }) => shared.problem() === null);
    });
    expect(members.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it('reports a lasting difference once in each process, and its end', async () => {
    const { start } = setUp();
    const members = [start('api-1', 'one'), start('worker-1', 'one')] as const;
    for (const { shared } of members) {
      await shared.join();
      shared.watch();
    }
    const [api, worker] = members;
    worker.database.id = 'two';
    await eventually(() => members.every(({ shared }) => shared.problem() !== null));
    expect(api.shared.problem()).toContain('the worker worker-1');
    expect(worker.shared.problem()).toContain('the api api-1');
    worker.database.id = 'one';
    await eventually(() => members.every(({ shared }) => shared.problem() === null));
    for (const { lines, problems } of members) {
      expect(lines.map(({ level }) => level).filter((level) => level !== 'debug')).toEqual(['error', 'info']);
      expect(problems).toEqual([expect.any(String), null]);
    }
  });

  it('refuses a process that started during an outage of Redis, also when Redis is emptied', async () => {
    const port = await freePort();
    const { start } = setUp(`redis://127.0.0.1:${port}`);
    const stray = start('worker-stray', 'two');
    expect(stray.shared.objection()).toContain('waits until it can compare');
    expect(await stray.shared.join()).toBeNull();
    expect(stray.shared.objection()).not.toBeNull();
    const server = await startRedis({ port });
    const api = start('api-1', 'one');
    expect(await eventually(async () => ((await api.shared.join()) === null ? true : undefined))).toBe(true);
    api.shared.watch();
    await eventually(async () => {
      await stray.shared.observe();
      return stray.shared.problem() !== null;
    });
    await openRedis(server.url).flushall();
    for (let observations = 0; observations < 10; observations += 1) await stray.shared.observe();
    await api.shared.observe();
    await stray.shared.observe();
    expect([api.problems, stray.shared.problem() !== null]).toEqual([[], true]);
    await api.shared.stop();
    await eventually(async () => {
      await stray.shared.observe();
      return stray.shared.problem() === null;
    });
    expect([stray.shared.objection(), stray.problems.at(-1)]).toEqual([null, null]);
  });

  it('reports to a process that could not compare at its start when it can', async () => {
    const port = await freePort();
    const { start } = setUp(`redis://127.0.0.1:${port}`);
    const { shared, problems } = start('worker-1', 'one');
    await shared.join();
    await shared.observe();
    expect(problems).toEqual([]);
    await startRedis({ port });
    await eventually(async () => {
      await shared.observe();
      return shared.objection() === null;
    });
    await shared.observe();
    expect(problems).toEqual([null]);
  });

  it('ignores entries of other programs', async () => {
    const { start, queuePrefix } = setUp();
    const redis = openRedis(redisUrl());
    await redis.hset(`${queuePrefix}:processes`, { odd: 'no JSON', other: '[]', third: '{"expires_at":"soon"}' });
    expect(await start('api-1', 'one').shared.join()).toBeNull();
    expect(await redis.hkeys(`${queuePrefix}:processes`)).toEqual(['api-1']);
    await openQueue(redisUrl(), queuePrefix).scheduleTrainingCheck(aRun('job-1'), 0);
  });
});
