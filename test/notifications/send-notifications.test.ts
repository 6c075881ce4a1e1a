import { describe, expect, it, onTestFinished } from 'vitest';
import type { NewNotification } from '../../src/core/delivery/notification.ts';
import { StoreUnavailableError } from '../../src/core/errors.ts';
import { createNotifier } from '../../src/notifications/notifier.ts';
import type { Notifier } from '../../src/ports/notifier.ts';
import type { Store } from '../../src/ports/store.ts';
import { sendNotifications } from '../../src/services/notifications/send-notifications.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { newPath, openStore } from '../db/sqlite-files.ts';
import { keptLog } from '../queue/harness.ts';
import { idsOf, startReceiver } from './receiver.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Outbox {
  store: Store;
  lines: Record<string, unknown>[];
  add: (url: string, ...ids: string[]) => Promise<void>;
  send: (options?: { signal?: AbortSignal; store?: Store; aheadMs?: number }) => Promise<number>;
  waiting: () => Promise<number>;
}

function openOutbox(path = newPath()): Outbox {
  const store = openStore(path);
  const { log, lines } = keptLog();
  const notifier = createNotifier({
    linkBase: '/model-init',
    privateAddresses: 'refuse',
    secretOf: () => secret,
    proxies: {},
    version: '1',
  });
  return {
    store,
    lines,
    add: (url, ...ids) => store.notifications.add(ids.map((id) => aNotification(id, url))),
    send: ({ signal, store: other = store, aheadMs = 0 } = {}) =>
      sendNotifications({ store: other, now: () => Date.now() + aheadMs, random: Math.random, log }, { notifier, signal }),
    waiting: async () => (await store.notifications.counts()).waiting,
  };
}

const aNotification = (webhookId: string, url: string): NewNotification => ({
  webhookId,
  deploymentId: 'd-1',
  event: 'deployed',
  url,
  secretEnv: 'HOOK_SECRET',
  body: '{"type":"deployment.deployed"}',
  createdAt: Date.now(),
});

const namesOf = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

describe('sendNotifications', () => {
  it('sends what waits, records it, and says so without the path of the receiver', async () => {
    const receiver = await startReceiver();
    const { add, send, store, lines } = openOutbox();
    const ids = namesOf(50, 'n');
    await add(`${receiver.url}/the-path`, ...ids);
    expect(await send()).toBe(50);
    expect(new Set(idsOf(receiver))).toEqual(new Set(ids));
    expect(receiver.received).toHaveLength(50);
    expect(await store.notifications.counts()).toEqual({ sent: 50, failedTries: 0, abandoned: 0, waiting: 0 });
    expect(await send()).toBe(0);
    expect(receiver.received).toHaveLength(50);
    const { host } = new URL(receiver.url);
    const line = lines.find(({ webhook_id: id }) => id === 'n-0');
    expect(line).toMatchObject({
      event: 'notification.sent',
      level: 'info',
      receiver: host,
      notification: 'deployed',
      attempt: 1,
    });
    expect(JSON.stringify(lines)).not.toMatch(/the-path|whsec/);
  });

  it('tries again within seconds, with the same id', async () => {
    const receiver = await startReceiver((response, _, index) => void response.writeHead(index === 0 ? 500 : 204).end());
    const { add, send, store, lines } = openOutbox();
    const startedAt = performance.now();
    await add(receiver.url, 'a');
    expect(await send()).toBe(2);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(idsOf(receiver)).toEqual(['a', 'a']);
    expect(await store.notifications.counts()).toEqual({ sent: 1, failedTries: 1, abandoned: 0, waiting: 0 });
    expect(lines.map(({ event, level }) => [event, level])).toEqual([
      ['notification.failed', 'warn'],
      ['notification.sent', 'info'],
    ]);
  });

  it('abandons what no try of a day has brought, and what its receiver has ended', async () => {
    const receiver = await startReceiver((response, { path }) => void response.writeHead(path === '/gone' ? 410 : 500).end());
    const { add, send, store, lines } = openOutbox();
    await add(`${receiver.url}/gone`, 'gone');
    await add(`${receiver.url}/down`, 'down');
    const down = (await store.notifications.listDue({ now: Date.now(), limit: 2 })).find(({ webhookId }) => webhookId === 'down');
    for (let attempt = 0; attempt < 7; attempt += 1) {
      await store.notifications.recordFailed({ seq: down!.seq, nextAt: Date.now(), error: 'down' });
    }
    expect(await send()).toBe(2);
    expect(await store.notifications.counts()).toMatchObject({ sent: 0, abandoned: 2, waiting: 0 });
    const said = lines.map(({ event, level, webhook_id: id, attempt }) => [event, level, id, attempt].join(' '));
    expect(new Set(said)).toEqual(new Set(['notification.abandoned error down 8', 'notification.abandoned error gone 1']));
  });

  it('leaves a receiver alone that asks to be, and only that one', async () => {
    const busy = await startReceiver((response) => void response.writeHead(429, { 'retry-after': '3600' }).end());
    const other = await startReceiver();
    const { add, send, store } = openOutbox();
    await add(busy.url, ...namesOf(20, 'busy'));
    await add(other.url, 'other');
    await send();
    expect(busy.received.length).toBeLessThanOrEqual(8);
    expect(idsOf(other)).toEqual(['other']);
    const inHalfAnHour = Date.now() + 1_800_000;
    expect(await store.notifications.listDue({ now: inHalfAnHour, limit: 100 })).toEqual([]);
    expect(await store.notifications.listDue({ now: Date.now() + 3_700_000, limit: 100 })).toHaveLength(20);
  });

  it('is held up by no receivers that do not respond, and has few requests to each at once', async () => {
    const silent = await startReceiver(() => {});
    const receiver = await startReceiver();
    const { add, send, waiting } = openOutbox();
    for (const path of namesOf(9, 'hook')) await add(`${silent.url}/${path}`, ...namesOf(10, path));
    await add(receiver.url, ...namesOf(20, 'n'));
    const controller = new AbortController();
    onTestFinished(() => controller.abort());
    const sending = send({ signal: controller.signal });
    await eventually(() => receiver.received.length === 20);
    await add(receiver.url, 'late');
    await eventually(() => receiver.received.length === 21);
    const toEach = Map.groupBy(silent.received, ({ path }) => path);
    expect(Math.max(...[...toEach.values()].map((all) => all.length))).toBe(4);
    controller.abort();
    await sending;
    expect(await waiting()).toBe(90);
  });

  it('ends in time when it is stopped, and leaves what it could not send', async () => {
    const silent = await startReceiver(() => {});
    const { add, send, waiting, lines } = openOutbox();
    await add(silent.url, 'a');
    const controller = new AbortController();
    const sending = send({ signal: controller.signal });
    await eventually(() => silent.received.length === 1);
    const stoppedAt = performance.now();
    controller.abort();
    expect(await sending).toBe(0);
    expect(performance.now() - stoppedAt).toBeLessThan(8000);
    expect(await waiting()).toBe(1);
    expect(lines).toEqual([]);
  });

  it('lets a request that is in progress end when it is stopped', async () => {
    const responses: (() => void)[] = [];
    const receiver = await startReceiver((response) => void responses.push(() => response.end()));
    const { add, send, waiting } = openOutbox();
    await add(receiver.url, 'a');
    const controller = new AbortController();
    const sending = send({ signal: controller.signal });
    await eventually(() => responses.length === 1);
    controller.abort();
    responses[0]?.();
    expect(await sending).toBe(1);
    expect(await waiting()).toBe(0);
  });

  it('sends in one process at a time', async () => {
    const receiver = await startReceiver();
    const path = newPath();
    const [one, another] = [openOutbox(path), openOutbox(path)];
    await one.add(receiver.url, ...namesOf(30, 'n'));
    const tries = await Promise.all([one.send(), another.send()]);
    expect(tries.toSorted((a, b) => a - b)).toEqual([0, 30]);
    expect(new Set(idsOf(receiver)).size).toBe(30);
    expect(receiver.received).toHaveLength(30);
  });

  it('sends again what it could not record, with the same id', async () => {
    const receiver = await startReceiver();
    const { add, send, store } = openOutbox();
    await add(receiver.url, 'a');
    const failing = {
      ...store,
      notifications: {
        ...store.notifications,
        recordSent: () => Promise.reject(new StoreUnavailableError('The database takes nothing now.')),
      },
    };
    await expect(send({ store: failing })).rejects.toThrow('The database takes nothing now.');
    expect(await send()).toBe(1);
    expect(idsOf(receiver)).toEqual(['a', 'a']);
  });

  it('sends to Slack one message after the other, a second apart, and holds up no other receiver by that', async () => {
    const { add, store } = openOutbox();
    await add('https://hooks.slack.com/services/T/B/X', 's-0', 's-1', 's-2');
    await add('https://example.com/hook', ...namesOf(8, 'n'));
    const sentAt = new Map<string, number>();
    // Slack itself is out of reach.
    const notifier: Notifier = {
      send: async ({ webhookId }) => {
        sentAt.set(webhookId, performance.now());
        return { kind: 'response', status: 200, retryAfterMs: null };
      },
    };
    const { log } = keptLog();
    expect(await sendNotifications({ store, now: Date.now, random: Math.random, log }, { notifier })).toBe(11);
    const [first = 0, second = 0, third = 0] = ['s-0', 's-1', 's-2'].map((id) => sentAt.get(id));
    // A timer may fire a millisecond early.
    expect(Math.min(second - first, third - second)).toBeGreaterThan(990);
    expect(Math.max(...namesOf(8, 'n').map((id) => sentAt.get(id) ?? Infinity))).toBeLessThan(third);
  });

  it('forgets after a week what has ended', async () => {
    const receiver = await startReceiver();
    const { add, send, store } = openOutbox();
    await add(receiver.url, 'old');
    await send();
    const week = 7 * 24 * 3_600_000;
    await store.notifications.add([{ ...aNotification('new', receiver.url), createdAt: Date.now() + week }]);
    await send({ aheadMs: week + 60_000 });
    expect(await store.notifications.pruneEnded({ endedBefore: Date.now() + 2 * week, limit: 10 })).toBe(1);
  });
});
