import { expect, it } from 'vitest';
import type { NewNotification } from '../../../src/core/delivery/notification.ts';
import type { Store } from '../../../src/ports/store.ts';
import { claim, deploy, finish, queued } from '../samples.ts';
import type { TestDatabase } from './test-database.ts';

const url = 'https://example.com/hook';
const other = 'https://example.com/other';
const day = 24 * 3_600_000;

const aNotification = (webhookId: string, more: Partial<NewNotification> = {}): NewNotification => ({
  webhookId,
  deploymentId: 'd-1',
  event: 'deployed',
  url,
  secretEnv: 'HOOK_SECRET',
  body: '{"type":"deployment.deployed"}',
  createdAt: 1000,
  ...more,
});

const dueAt = async ({ notifications }: Store, now: number): Promise<string[]> =>
  (await notifications.listDue({ now, limit: 100 })).map(({ webhookId }) => webhookId);

export function notificationsSuite(newDatabase: () => TestDatabase): void {
  it('are due from their creation on, in that order, and as they were added', async () => {
    const { notifications } = newDatabase().open();
    await notifications.add([
      aNotification('b', { createdAt: 2000 }),
      aNotification('c'),
      aNotification('a', { secretEnv: null }),
    ]);
    await notifications.add([]);
    const due = await notifications.listDue({ now: 2000, limit: 10 });
    expect(due.map(({ webhookId }) => webhookId)).toEqual(['c', 'a', 'b']);
    expect(due[0]).toEqual({ ...aNotification('c'), seq: due[0]?.seq, attempts: 0, nextAt: 1000 });
    expect(due[1]?.secretEnv).toBeNull();
    expect((await notifications.listDue({ now: 1999, limit: 10 })).map(({ webhookId }) => webhookId)).toEqual(['c', 'a']);
    expect(await notifications.listDue({ now: 2000, limit: 1 })).toHaveLength(1);
  });

  it('are one for each webhook id, the first', async () => {
    const { open } = newDatabase();
    const stores = [open(), open(), open()];
    await Promise.all(stores.map(({ notifications }, index) => notifications.add([aNotification('a', { body: String(index) })])));
    const [store] = stores;
    const before = await store!.notifications.listDue({ now: 1000, limit: 10 });
    expect(before).toHaveLength(1);
    await store!.notifications.recordSent({ seq: before[0]!.seq, now: 1100 });
    await store!.notifications.add([aNotification('a'), aNotification('b')]);
    expect(await dueAt(store!, 5000)).toEqual(['b']);
  });

  it('leaves out receivers and notifications that are named', async () => {
    const { notifications } = newDatabase().open();
    await notifications.add([aNotification('a'), aNotification('b', { url: other }), aNotification('c', { url: other })]);
    const [, b] = await notifications.listDue({ now: 1000, limit: 10 });
    const except = { urls: [url], seqs: [b!.seq] };
    const due = await notifications.listDue({ now: 1000, limit: 10, except });
    expect(due.map(({ webhookId }) => webhookId)).toEqual(['c']);
  });

  it('wait for their next try, and end once', async () => {
    const store = newDatabase().open();
    const { notifications } = store;
    await notifications.add([aNotification('sent'), aNotification('abandoned')]);
    const [sent, abandoned] = await notifications.listDue({ now: 1000, limit: 10 });
    expect(await notifications.recordFailed({ seq: sent!.seq, nextAt: 6000, error: 'no response' })).toBe(true);
    expect(await notifications.abandon({ seq: abandoned!.seq, error: 'gone', now: 1500 })).toBe(true);
    expect(await dueAt(store, 5999)).toEqual([]);
    expect(await notifications.listDue({ now: 6000, limit: 10 })).toMatchObject([
      { webhookId: 'sent', attempts: 1, nextAt: 6000 },
    ]);
    expect(await notifications.counts()).toEqual({ sent: 0, failedTries: 2, abandoned: 1, waiting: 1 });
    expect(await notifications.recordSent({ seq: sent!.seq, now: 6100 })).toBe(true);
    expect(await notifications.recordSent({ seq: sent!.seq, now: 6200 })).toBe(false);
    expect(await notifications.recordFailed({ seq: sent!.seq, nextAt: 9000, error: 'late' })).toBe(false);
    expect(await notifications.abandon({ seq: sent!.seq, error: 'late', now: 9000 })).toBe(false);
    expect(await dueAt(store, 10_000)).toEqual([]);
    expect(await notifications.counts()).toEqual({ sent: 1, failedTries: 2, abandoned: 1, waiting: 0 });
  });

  it('is recorded as sent once by several processes', async () => {
    const { open } = newDatabase();
    const [one, another] = [open().notifications, open().notifications];
    await one.add([aNotification('a')]);
    const [{ seq } = { seq: 0 }] = await one.listDue({ now: 1000, limit: 1 });
    const recorded = await Promise.all([one, another].map((store) => store.recordSent({ seq, now: 1100 })));
    expect(recorded.filter(Boolean)).toHaveLength(1);
    expect((await one.counts()).sent).toBe(1);
  });

  it('are postponed with their receiver, and never to an earlier instant', async () => {
    const store = newDatabase().open();
    const { notifications } = store;
    await notifications.add([aNotification('a'), aNotification('b'), aNotification('c', { url: other })]);
    const [a] = await notifications.listDue({ now: 1000, limit: 1 });
    await notifications.recordFailed({ seq: a!.seq, nextAt: 9000, error: 'busy' });
    await notifications.postpone({ url, until: 5000 });
    expect(await dueAt(store, 4999)).toEqual(['c']);
    expect(await dueAt(store, 5000)).toEqual(['c', 'b']);
    expect(await dueAt(store, 9000)).toEqual(['c', 'b', 'a']);
  });

  it('are due when their instant lies further ahead than any retry', async () => {
    const store = newDatabase().open();
    await store.notifications.add([
      aNotification('a', { createdAt: 1000 + 2 * day }),
      aNotification('b', { createdAt: 1000 + day }),
    ]);
    expect(await dueAt(store, 1000)).toEqual(['a']);
  });

  it('are deleted some time after they have ended', async () => {
    const { notifications } = newDatabase().open();
    await notifications.add(['a', 'b', 'c', 'd'].map((id) => aNotification(id)));
    const [a, b, c] = await notifications.listDue({ now: 1000, limit: 10 });
    await notifications.recordSent({ seq: a!.seq, now: 2000 });
    await notifications.abandon({ seq: b!.seq, error: 'gone', now: 2000 });
    await notifications.recordSent({ seq: c!.seq, now: 3000 });
    expect(await notifications.pruneEnded({ endedBefore: 3000, limit: 1 })).toBe(1);
    expect(await notifications.pruneEnded({ endedBefore: 3000, limit: 10 })).toBe(1);
    expect(await notifications.pruneEnded({ endedBefore: 3000, limit: 10 })).toBe(0);
    expect(await notifications.counts()).toEqual({ sent: 2, failedTries: 1, abandoned: 1, waiting: 1 });
    expect(await notifications.pruneEnded({ endedBefore: 9000, limit: 10 })).toBe(1);
  });

  it('are deleted with their run, but for those that wait', async () => {
    const store = newDatabase().open();
    const { notifications } = store;
    await deploy(store, 'live');
    for (const name of ['pruned', 'removed']) {
      await queued(store, name);
      await finish(store, await claim(store, `d-${name}`), 'failed');
      await notifications.add([`${name}-sent`, `${name}-waits`].map((id) => aNotification(id, { deploymentId: `d-${name}` })));
    }
    await notifications.add([aNotification('kept', { deploymentId: 'd-live' })]);
    for (const { seq, webhookId } of await notifications.listDue({ now: 1000, limit: 10 })) {
      if (!webhookId.endsWith('waits')) await notifications.recordSent({ seq, now: 8500 });
    }
    const removal = { trainingJobName: 'removed', status: 'completed', now: 9000 } as const;
    expect(await store.runs.remove(removal)).toBe('removed');
    expect((await store.runs.prune({ endedBefore: 10_000, keepLive: 2, after: null, limit: 100 })).pruned).toBe(1);
    expect(await dueAt(store, 9000)).toEqual(['pruned-waits', 'removed-waits']);
    expect(await notifications.pruneEnded({ endedBefore: 20_000, limit: 10 })).toBe(1);
  });
}
