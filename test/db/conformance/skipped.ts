import { expect, it } from 'vitest';
import { maxSkipped } from '../../../src/core/skipped.ts';
import type { TestDatabase } from './test-database.ts';

export function skippedSuite(newDatabase: () => TestDatabase): void {
  it('is counted, and said once', async () => {
    const { open } = newDatabase();
    const store = open();
    expect(await store.skipped.list()).toEqual([]);
    expect(await store.skipped.record({ kind: 'training_job', name: 'a', reason: 'denied', now: 1000 })).toBe(true);
    expect(await open().skipped.record({ kind: 'training_job', name: 'a', reason: 'denied', now: 2000 })).toBe(false);
    expect(await store.skipped.record({ kind: 'run', name: 'a', reason: 'bad name', now: 1500 })).toBe(true);
    expect(await store.skipped.record({ kind: 'training_job', name: 'a', reason: 'no tags', now: 3000 })).toBe(true);
    expect(await store.skipped.list()).toEqual([
      { kind: 'training_job', name: 'a', reason: 'no tags', firstAt: 1000, lastAt: 3000, count: 3 },
      { kind: 'run', name: 'a', reason: 'bad name', firstAt: 1500, lastAt: 1500, count: 1 },
    ]);
  });

  it('is so no more when it is handled again', async () => {
    const store = newDatabase().open();
    await store.skipped.record({ kind: 'run', name: 'a', reason: 'bad name', now: 1000 });
    await store.skipped.record({ kind: 'deployment', name: 'a', reason: 'bad name', now: 1000 });
    expect(await store.skipped.resolve({ kind: 'run', name: 'a' })).toBe(true);
    expect(await store.skipped.resolve({ kind: 'run', name: 'a' })).toBe(false);
    expect(await store.skipped.list()).toMatchObject([{ kind: 'deployment' }]);
    expect(await store.skipped.record({ kind: 'run', name: 'a', reason: 'bad name', now: 2000 })).toBe(true);
  });

  it('is kept up to a bound, of each kind by itself, and long reasons are cut', async () => {
    const store = newDatabase().open();
    await store.skipped.record({ kind: 'run', name: 'first', reason: 'x'.repeat(2000), now: 1000 });
    for (let index = 0; index <= maxSkipped.deployment; index += 1)
      await store.skipped.record({ kind: 'deployment', name: `d-${index}`, reason: 'odd', now: 1000 });
    // One that is seen again is not the older for it.
    await store.skipped.record({ kind: 'deployment', name: 'd-1', reason: 'odd', now: 2000 });
    const all = await store.skipped.list();
    const names = all.flatMap(({ kind, name }) => (kind === 'deployment' ? [name] : []));
    expect([names.length, names.includes('d-0'), names.includes('d-1')]).toEqual([maxSkipped.deployment, false, true]);
    expect(all.find(({ kind }) => kind === 'run')?.reason).toHaveLength(500);
  });
}
