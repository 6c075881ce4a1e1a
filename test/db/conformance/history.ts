import { expect, it } from 'vitest';
import { HistoryFeed } from '../../../src/services/history/history-feed.ts';
import { readHistory } from '../../../src/services/history/read-history.ts';
import type { HistoryFilter, Store } from '../../../src/ports/store.ts';
import { silentLog } from '../../../tools/testkit/silent-log.ts';
import { deploy, endpoint, inTraining, newRun, trained } from '../samples.ts';
import type { TestDatabase } from './test-database.ts';

const read = async (store: Store, params: { after?: number; limit?: number; filter?: HistoryFilter } = {}) => {
  const { newest } = await store.history.head({ settled: 0 });
  return store.history.read({ after: 0, limit: 1000, filter: {}, upTo: newest, ...params });
};

const names = (items: readonly { trainingJobName: string | null; to: string }[]): string[] =>
  items.map(({ trainingJobName, to }) => `${trainingJobName} ${to}`);

export function historySuite(newDatabase: () => TestDatabase): void {
  it('has no end and no entries before the first run', async () => {
    const store = newDatabase().open();
    expect(await store.history.head({ settled: 0 })).toEqual({ newest: 0, issued: 0, writers: [] });
    expect(await read(store)).toEqual({ items: [], readTo: 0 });
  });

  it('reads the entries of all runs and endpoints in order, each with its names', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'first');
    await store.runs.insert({ run: newRun('second', { endpointName: 'other' }), now: 2000 });
    await store.endpoints.hold({ endpointName: 'other', by: 'ana', reason: 'no', now: 3000 });
    const { items } = await read(store);
    expect(items).toMatchObject([
      { trainingJobName: 'first', endpointName: endpoint, subject: 'training', to: 'requested', at: 1000 },
      { trainingJobName: 'first', endpointName: endpoint, subject: 'training', to: 'training' },
      { trainingJobName: 'second', endpointName: 'other', subject: 'training', to: 'requested', deploymentId: null },
      { trainingJobName: null, endpointName: 'other', subject: 'endpoint', to: 'held', by: 'ana', reason: 'no' },
    ]);
    const ids = items.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect((await store.history.head({ settled: 0 })).newest).toBe(ids.at(-1));
  });

  it('pages without a gap', async () => {
    const store = newDatabase().open();
    await deploy(store, 'one');
    const all = (await read(store)).items;
    const paged: typeof all = [];
    for (let after = 0; ;) {
      const { items, readTo } = await read(store, { after, limit: 2 });
      if (items.length === 0) break;
      paged.push(...items);
      after = readTo;
    }
    expect(paged).toEqual(all);
    expect(all.length).toBeGreaterThan(4);
  });

  it('filters by run and by endpoint, in whatever case', async () => {
    const store = newDatabase().open();
    await trained(store, 'mine');
    await trained(store, 'other', 2000, { endpointName: 'elsewhere' });
    await store.endpoints.hold({ endpointName: 'elsewhere', by: null, reason: 'no', now: 3000 });
    const ofRun = await read(store, { filter: { trainingJobName: 'MINE' } });
    expect(names(ofRun.items)).toEqual(['mine requested', 'mine training', 'mine completed']);
    const ofEndpoint = await read(store, { filter: { endpointName: 'ELSEWHERE' } });
    expect(names(ofEndpoint.items)).toEqual(['other requested', 'other training', 'other completed', 'null held']);
    expect((await read(store, { filter: { endpointName: 'elsewhere', trainingJobName: 'mine' } })).items).toEqual([]);
    expect((await read(store, { filter: { trainingJobName: 'unknown' } })).items).toEqual([]);
  });

  it('says up to where it has read when the rest has none that match', async () => {
    const store = newDatabase().open();
    await trained(store, 'mine');
    const { newest } = await store.history.head({ settled: 0 });
    expect(await read(store, { filter: { endpointName: 'nowhere' } })).toEqual({ items: [], readTo: newest });
  });

  it('does not take a deleted entry for a database that has gone back', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('kept'), now: 1000 });
    await store.runs.insert({ run: newRun('gone'), now: 1000, startNow: true });
    const before = await store.history.head({ settled: 0 });
    expect(await store.runs.discard({ trainingJobName: 'gone', startAttemptedAt: 1000 })).toBe(true);
    const after = await store.history.head({ settled: 0 });
    expect(after.newest).toBeLessThan(before.newest);
    expect(after.issued).toBeGreaterThanOrEqual(before.newest);
  });

  it('gives a reader what is there, and then what comes, from whichever process', async () => {
    const database = newDatabase();
    const [store, other] = [database.open(), database.open()];
    await inTraining(store, 'before');
    const feed = new HistoryFeed({ store, log: silentLog });
    const reader = await feed.subscribe({ after: 0 });
    const got: string[] = [];
    const take = async (count: number): Promise<void> => {
      while (got.length < count) {
        const batch = await reader.next();
        if (batch.kind !== 'entries') throw new Error(batch.kind);
        got.push(...names(batch.entries));
      }
    };
    await take(2);
    await other.runs.insert({ run: newRun('from-another'), now: 2000 });
    await store.runs.insert({ run: newRun('from-here'), now: 2000 });
    await take(4);
    expect(got).toEqual(['before requested', 'before training', 'from-another requested', 'from-here requested']);
    feed.close();
    expect(await reader.next()).toEqual({ kind: 'ended' });
  });

  it('has in its page what its caller has just done', async () => {
    const store = newDatabase().open();
    const feed = new HistoryFeed({ store, log: silentLog });
    for (const name of ['a', 'b', 'c']) {
      await store.runs.insert({ run: newRun(name), now: 1000 });
      const { items } = await readHistory({ store }, { after: 0, filter: {}, limit: 100, waitMs: 0, feed });
      expect(items.at(-1)).toMatchObject({ trainingJobName: name });
    }
  });
}
