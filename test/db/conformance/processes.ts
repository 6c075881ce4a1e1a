import { expect, it } from 'vitest';
import type { ServiceProcess } from '../../../src/core/service-process.ts';
import type { TestDatabase } from './test-database.ts';

const hour = 3_600_000;

export function processesSuite(newDatabase: () => TestDatabase): void {
  const worker = (name: string, more: Partial<ServiceProcess> = {}): ServiceProcess => ({
    name,
    service: 'worker',
    version: '1.2.3',
    startedAt: 1000,
    lastSeenAt: 2000,
    clockSkewMs: 0,
    problem: null,
    ...more,
  });

  it('are listed for each other, as they were last seen', async () => {
    const { open } = newDatabase();
    const [one, other] = [open(), open()];
    await one.processes.recordHeartbeat(worker('one', { startedAt: 1500 }));
    await other.processes.recordHeartbeat(worker('other', { service: 'api' }));
    await one.processes.recordHeartbeat(worker('one', { startedAt: 1500, lastSeenAt: 7000, problem: 'Redis is unavailable' }));
    expect(await other.processes.list()).toEqual([
      worker('other', { service: 'api' }),
      worker('one', { startedAt: 1500, lastSeenAt: 7000, problem: 'Redis is unavailable' }),
    ]);
  });

  it('are forgotten when they end, and an hour after they were heard last', async () => {
    const store = newDatabase().open();
    for (const name of ['ended', 'killed', 'lives']) await store.processes.recordHeartbeat(worker(name));
    await store.processes.forget('ended');
    await store.processes.recordHeartbeat(worker('lives', { lastSeenAt: 2000 + hour }));
    expect((await store.processes.list()).map(({ name }) => name)).toEqual(['killed', 'lives']);
    await store.processes.recordHeartbeat(worker('lives', { lastSeenAt: 2001 + hour }));
    expect((await store.processes.list()).map(({ name }) => name)).toEqual(['lives']);
  });

  it('of a clock that was ahead are forgotten as well', async () => {
    const store = newDatabase().open();
    await store.processes.recordHeartbeat(worker('ahead', { lastSeenAt: 5 * hour }));
    await store.processes.recordHeartbeat(worker('right'));
    expect((await store.processes.list()).map(({ name }) => name)).toEqual(['right']);
  });

  it('that share the database see one id, whichever reads it first; another database has another', async () => {
    const { open } = newDatabase();
    const ids = await Promise.all([open(), open(), open()].map((store) => store.processes.databaseId(1000)));
    expect(new Set(ids).size).toBe(1);
    expect(await open().processes.databaseId(2000)).toBe(ids[0]);
    expect(await newDatabase().open().processes.databaseId(1000)).not.toBe(ids[0]);
  });
}
