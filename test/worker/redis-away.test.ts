import { describe, expect, it } from 'vitest';
import { snooze } from '../../src/services/job-result.ts';
import { aRun, openRedis } from '../queue/harness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { startRedis } from '../../tools/testkit/redis.ts';
import { hour, nothing, setUp } from './harness.ts';
import { checkKind } from './kinds.ts';

const backWithin = { withinMs: 5000 };

describe('a worker', () => {
  it('starts without Redis and works within 5 s of its coming', async () => {
    const port = await freePort();
    const { queue, lines, start } = setUp(`redis://127.0.0.1:${port}`);
    let runs = 0;
    const runtime = start([
      checkKind(() => {
        runs += 1;
        return nothing();
      }),
    ]);
    await eventually(() => lines.filter(({ connection }) => connection === 'worker').length === 1);
    expect(runtime.isRunning()).toBe(true);
    await startRedis({ port });
    await eventually(() => queue.scheduleTrainingCheck(aRun('job-1'), 0).then(() => true), undefined, backWithin);
    await eventually(() => runs === 1, undefined, backWithin);
    expect(lines.filter(({ connection }) => connection === 'worker').map(({ level }) => level)).toEqual(['warn', 'info']);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('resumes within 5 s when Redis was killed and is back with its data', async () => {
    const first = await startRedis({ appendonly: true });
    const { queue, lines, start } = setUp(first.url);
    let runs = 0;
    start([
      checkKind(() => {
        runs += 1;
        return Promise.resolve(snooze(20));
      }),
    ]);
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    await eventually(() => runs > 3);
    await first.kill();
    await eventually(() => lines.some(({ connection }) => connection === 'worker'));
    const before = runs;
    await startRedis({ port: first.port, dir: first.dir, appendonly: true });
    await eventually(() => runs > before + 3, undefined, backWithin);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('resumes after FLUSHALL when the jobs are restored', async () => {
    const server = await startRedis();
    const { queue, start } = setUp(server.url);
    let runs = 0;
    start([
      checkKind(() => {
        runs += 1;
        return Promise.resolve(snooze(20));
      }),
    ]);
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    await eventually(() => runs > 3);
    await openRedis(server.url).flushall();
    const wanted = { runs: [aRun('job-1')], deployments: [] };
    // A run in progress at the flush may still end; the reconciler runs again.
    const before = runs;
    const more = await eventually(
      async () => {
        await queue.restore(wanted, () => 0);
        return runs - before;
      },
      (count) => count > 3,
      backWithin,
    );
    expect(more).toBeGreaterThan(3);
  });

  it('closes in time, with Redis away from the start or later', async () => {
    const server = await startRedis();
    for (const url of [`redis://127.0.0.1:${await freePort()}`, server.url]) {
      const { queue, start } = setUp(url);
      const runtime = start([checkKind(() => Promise.resolve(snooze(hour)))]);
      if (url === server.url) {
        await queue.scheduleTrainingCheck(aRun('job-1'), 0);
        await eventually(async () => (await queue.depths())['check-training']?.delayed === 1);
        await server.kill();
      }
      const startedAt = performance.now();
      await runtime.close();
      expect(performance.now() - startedAt).toBeLessThan(2500);
    }
  });
});
