import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { StoreUnavailableError } from '../../src/core/errors.ts';
import type { HistoryEntry } from '../../src/core/history.ts';
import { openSqliteStore } from '../../src/db/sqlite/sqlite-store.ts';
import type { Store } from '../../src/ports/store.ts';
import { HistoryFeed } from '../../src/services/history/history-feed.ts';
import type { HistoryReader } from '../../src/services/history/history-reader.ts';
import { readHistory } from '../../src/services/history/read-history.ts';
import { silentLog } from '../../tools/testkit/silent-log.ts';
import { inTraining, newRun } from '../db/samples.ts';

/** For a slow machine: by default vitest waits for a second. */
const patiently = { timeout: 30_000, interval: 50 };

function newFeed(): { store: Store; feed: HistoryFeed } {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-feed-'));
  const store = openSqliteStore(`file:${folder}/autodeploy.db`);
  const feed = new HistoryFeed({ store, log: silentLog });
  onTestFinished(async () => {
    feed.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { store, feed };
}

const add = (store: Store, name: string, endpointName = 'live') =>
  store.runs.insert({ run: newRun(name, { endpointName }), now: 1000 });

async function take(reader: HistoryReader, count: number): Promise<HistoryEntry[]> {
  const taken: HistoryEntry[] = [];
  while (taken.length < count) {
    const batch = await reader.next();
    if (batch.kind !== 'entries') throw new Error(batch.kind);
    taken.push(...batch.entries);
  }
  return taken;
}

const namesOf = (entries: readonly HistoryEntry[]) => entries.map(({ trainingJobName }) => trainingJobName);

describe('HistoryFeed', () => {
  it('reads the database once a tick for all readers, and not without readers', async () => {
    const { store, feed } = newFeed();
    const head = vi.spyOn(store.history, 'head');
    const readers = await Promise.all(Array.from({ length: 50 }, () => feed.subscribe({ after: 0 })));
    const read = vi.spyOn(store.history, 'read');
    const before = head.mock.calls.length;
    expect(before).toBeLessThan(10);
    const taking = Promise.all(readers.map((reader) => take(reader, 1)));
    await add(store, 'one');
    expect(new Set((await taking).flatMap(namesOf))).toEqual(new Set(['one']));
    expect(head.mock.calls.length - before).toBeLessThan(readers.length);
    expect(read).toHaveBeenCalledTimes(1);
    for (const reader of readers) reader.close();
    expect(feed.readers).toBe(0);
    await vi.waitFor(async () => {
      const calls = head.mock.calls.length;
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(head.mock.calls.length).toBe(calls);
    }, patiently);
  });

  it('gives each reader what it asks for alone', async () => {
    const { store, feed } = newFeed();
    await add(store, 'before', 'mine');
    const ofEndpoint = await feed.subscribe({ after: 0, filter: { endpointName: 'MINE' } });
    const ofRun = await feed.subscribe({ after: 'latest', filter: { trainingJobName: 'Wanted' } });
    await add(store, 'other', 'other');
    await add(store, 'wanted', 'other');
    await add(store, 'after', 'mine');
    expect(namesOf(await take(ofEndpoint, 2))).toEqual(['before', 'after']);
    expect(namesOf(await take(ofRun, 1))).toEqual(['wanted']);
  });

  it('keeps a bounded number for a reader that takes nothing, and skips none of it', async () => {
    const { store, feed } = newFeed();
    const slow = await feed.subscribe({ after: 0 });
    const fast = await feed.subscribe({ after: 0 });
    const first = take(slow, 1);
    const all = take(fast, 1201);
    await add(store, 'first');
    await first;
    for (let index = 0; index < 600; index += 1) await inTraining(store, `run-${index}`);
    const expected = (await all).map(({ id }) => id);
    expect((await take(slow, 1200)).map(({ id }) => id)).toEqual(expected.slice(1));
  });

  it('resets a reader whose id this database has not given out', async () => {
    const { store, feed } = newFeed();
    await add(store, 'one');
    expect(await (await feed.subscribe({ after: 2 })).next()).toEqual({ kind: 'reset' });
    expect(feed.readers).toBe(0);
    expect(await readHistory({ store }, { after: 2, filter: {}, limit: 10, waitMs: 0, feed })).toEqual({
      items: [],
      lastId: 2,
      isReset: true,
    });
  });

  it('continues after a time without the database', async () => {
    const { store, feed } = newFeed();
    const reader = await feed.subscribe({ after: 0 });
    const head = vi.spyOn(store.history, 'head').mockRejectedValue(new StoreUnavailableError('away'));
    await vi.waitFor(() => expect(head.mock.calls.length).toBeGreaterThan(1), patiently);
    await expect(feed.subscribe({ after: 0 })).rejects.toThrow('away');
    head.mockRestore();
    await add(store, 'one');
    expect(namesOf(await take(reader, 1))).toEqual(['one']);
  });

  it('ends every reader when it is closed, also one that waits and one that comes later', async () => {
    const { feed } = newFeed();
    const reader = await feed.subscribe({ after: 0 });
    const waiting = reader.next();
    feed.close();
    expect(await waiting).toEqual({ kind: 'ended' });
    expect(await (await feed.subscribe({ after: 0 })).next()).toEqual({ kind: 'ended' });
  });
});

describe('readHistory', () => {
  it('fills a page across parts without a match, and continues behind the last one', async () => {
    const { store, feed } = newFeed();
    for (let index = 0; index < 5; index += 1) await add(store, `run-${index}`, index % 2 === 0 ? 'mine' : 'other');
    const page = { filter: { endpointName: 'mine' }, limit: 2, waitMs: 0, feed };
    const first = await readHistory({ store }, { ...page, after: 0 });
    expect(namesOf(first.items)).toEqual(['run-0', 'run-2']);
    const second = await readHistory({ store }, { ...page, after: first.lastId });
    expect(namesOf(second.items)).toEqual(['run-4']);
    expect(await readHistory({ store }, { ...page, after: second.lastId })).toMatchObject({ items: [], lastId: second.lastId });
  });

  it('waits for the first entry, and not longer than it is asked to', async () => {
    const { store, feed } = newFeed();
    const page = { after: 0, filter: { trainingJobName: 'wanted' }, limit: 10, feed };
    expect(await readHistory({ store }, { ...page, waitMs: 50 })).toMatchObject({ items: [], lastId: 0 });
    const waiting = readHistory({ store }, { ...page, waitMs: 25_000 });
    await vi.waitFor(() => expect(feed.readers).toBe(1), patiently);
    await add(store, 'other');
    await add(store, 'wanted');
    expect(namesOf((await waiting).items)).toEqual(['wanted']);
    expect(feed.readers).toBe(0);
  });

  it('waits no longer when its caller is gone, or the feed is closed', async () => {
    const { store, feed } = newFeed();
    const page = { after: 0, filter: {}, limit: 10, waitMs: 25_000, feed };
    const caller = new AbortController();
    const abandoned = readHistory({ store }, { ...page, signal: caller.signal });
    const ended = readHistory({ store }, page);
    await vi.waitFor(() => expect(feed.readers).toBe(2), patiently);
    caller.abort();
    expect((await abandoned).items).toEqual([]);
    feed.close();
    expect((await ended).items).toEqual([]);
  });
});
