import { expect, it } from 'vitest';
import { maxSkipped } from '../../../src/core/skipped.ts';
import type { TestDatabase } from './test-database.ts';

export function skippedSuite(newDatabase: () => TestDatabase): void {
  it('is counted, and said once', async () => {
    const { open } = newDatabase();
    const store = open();
    expect(await store.skipped()).toEqual([]);
    expect(await store.skip('training_job', 'a', 'denied', 1000)).toBe(true);
    expect(await open().skip('training_job', 'a', 'denied', 2000)).toBe(false);
    expect(await store.skip('run', 'a', 'bad name', 1500)).toBe(true);
    expect(await store.skip('training_job', 'a', 'no tags', 3000)).toBe(true);
    expect(await store.skipped()).toEqual([
      { kind: 'training_job', name: 'a', reason: 'no tags', firstAt: 1000, lastAt: 3000, count: 3 },
      { kind: 'run', name: 'a', reason: 'bad name', firstAt: 1500, lastAt: 1500, count: 1 },
    ]);
  });

  it('is so no more when it is handled again', async () => {
    const store = newDatabase().open();
    await store.skip('run', 'a', 'bad name', 1000);
    await store.skip('deployment', 'a', 'bad name', 1000);
    expect(await store.takeUpAgain('run', 'a')).toBe(true);
    expect(await store.takeUpAgain('run', 'a')).toBe(false);
    expect(await store.skipped()).toMatchObject([{ kind: 'deployment' }]);
    expect(await store.skip('run', 'a', 'bad name', 2000)).toBe(true);
  });

  it('is kept up to a bound, of each kind by itself, and long reasons are cut', async () => {
    const store = newDatabase().open();
    await store.skip('run', 'first', 'x'.repeat(2000), 1000);
    for (let index = 0; index <= maxSkipped.endpoint; index += 1) await store.skip('endpoint', `e-${index}`, 'odd', 1000);
    // One that is seen again is not the older for it.
    await store.skip('endpoint', 'e-1', 'odd', 2000);
    const all = await store.skipped();
    const names = all.flatMap(({ kind, name }) => (kind === 'endpoint' ? [name] : []));
    expect([names.length, names.includes('e-0'), names.includes('e-1')]).toEqual([maxSkipped.endpoint, false, true]);
    expect(all.find(({ kind }) => kind === 'run')?.reason).toHaveLength(500);
  });
}
