import { expect, it } from 'vitest';
import { HistoryFeed } from '../../../src/services/history/history-feed.ts';
import { silentLog } from '../../../tools/testkit/silent-log.ts';
import type { TestDatabase } from '../conformance/test-database.ts';
import { inTraining, newRun } from '../samples.ts';
import { twoHosts } from './at-once.ts';

export function historyRaces(newDatabase: () => TestDatabase): void {
  it('a reader gets every entry once and in order while many write and some delete', async () => {
    const hosts = twoHosts(newDatabase());
    const [first, second] = hosts;
    const feed = new HistoryFeed({ store: first, log: silentLog });
    const reader = await feed.subscribe({ after: 0 });
    const written = Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const store = hosts[index % 2] ?? first;
        const name = `run-${index}`;
        if (index % 5 > 0) return inTraining(store, name);
        await store.runs.insert({ run: newRun(name), now: 1000, startNow: true });
        return store.runs.discard({ trainingJobName: name, startAttemptedAt: 1000 });
      }),
    ).then(() => second.runs.insert({ run: newRun('the-last'), now: 2000 }));
    const seen: number[] = [];
    for (let isOver = false; !isOver;) {
      const batch = await reader.next();
      if (batch.kind !== 'entries') throw new Error(batch.kind);
      seen.push(...batch.entries.map(({ id }) => id));
      isOver = batch.entries.some(({ trainingJobName }) => trainingJobName === 'the-last');
    }
    await written;
    feed.close();
    const { newest } = await second.history.head({ settled: 0 });
    const { items } = await second.history.read({ after: 0, upTo: newest, limit: 1000, filter: {} });
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
    expect(items).toHaveLength(48 * 2 + 1);
    expect(items.filter(({ id }) => !seen.includes(id))).toEqual([]);
  });
}
