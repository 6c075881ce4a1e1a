import { setTimeout as delay } from 'node:timers/promises';
import { decideNotification, type TryResult } from '../../core/delivery/decide-notification.ts';
import type { Notification } from '../../core/delivery/notification.ts';
import { isSlackAddress } from '../../core/delivery/slack-message.ts';
import { errorMessage } from '../../core/errors.ts';
import { notificationTiming } from '../../core/timing.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { ServiceContext } from '../context.ts';
import { withLease } from '../system/with-lease.ts';
import { pruneNotifications } from './prune-notifications.ts';

const task = 'send-notifications';
/** A try that takes longer than `slowAfterMs` is not counted: however many receivers do not respond, another one's turn comes. */
const maxAtOnce = 32;
const slowAfterMs = 500;
/** So that one slow receiver holds up no other. Slack takes one message a second (docs/reference/webhook-behavior.md#what-slack-takes). */
const maxAtOnceFor = (url: string): number => (isSlackAddress(url) ? 1 : 4);
/** The pass waits by the monotonic clock for what is due by the other one, and neither is exact to the millisecond. */
const clockGrainMs = 10;
/** How long a process waits for a try before it renews the lease, and looks for others. */
const stepMs = 1_000;

const { waitForRetryMs, finishTryMs, slackPauseMs } = notificationTiming;

type SendContext = Pick<ServiceContext, 'store' | 'now' | 'random' | 'log'>;

interface Input {
  notifier: Notifier;
  /** Tries in progress get a short time to end, and are then cut. */
  signal?: AbortSignal;
}

/**
 * Sends what is due, in one process at a time, until nothing is due and no retry is due soon. Returns how many tries ended; 0 also where
 * another process sends.
 *
 * A notification that was sent before its process died, or lost the database, is sent again with the same id: at least once. What a crash
 * leaves is continued by another process once the lease has ended.
 */
export async function sendNotifications(ctx: SendContext, input: Input): Promise<number> {
  // Without a write where there is nothing to do.
  if ((await ctx.store.notifications.listDue({ now: ctx.now(), limit: 1 })).length === 0) return 0;
  return (await withLease(ctx, { task, work: (renew) => sendAll(ctx, { ...input, renew }) })) ?? 0;
}

async function sendAll(ctx: SendContext, { notifier, signal, renew }: Input & { renew: () => Promise<void> }): Promise<number> {
  const { store, now } = ctx;
  const cut = new AbortController();
  const inProgress = new Map<Notification, { done: Promise<void>; since: number }>();
  /** Of the database. */
  const failures: unknown[] = [];
  /** When the soonest retry of this pass is due, by the monotonic clock. */
  let retryAt = -Infinity;
  let tries = 0;

  const begin = (one: Notification): void => {
    const done = tryOnce(ctx, { notifier, one, signal: cut.signal })
      .then((retryInMs) => {
        tries += 1;
        const at = performance.now() + (retryInMs ?? Infinity) + clockGrainMs;
        if (retryAt < performance.now() || at < retryAt) retryAt = at;
      })
      .catch((error: unknown) => {
        if (!cut.signal.aborted) failures.push(error);
      })
      .then(() => (isSlackAddress(one.url) ? pause(slackPauseMs, signal) : undefined))
      .finally(() => inProgress.delete(one));
    inProgress.set(one, { done, since: performance.now() });
  };
  const isFree = (url: string): boolean => countOf(inProgress, url) < maxAtOnceFor(url);

  try {
    for (;;) {
      if (failures.length > 0) throw failures[0];
      if (signal?.aborted) break;
      await renew();
      const seqs = [...inProgress.keys()].map(({ seq }) => seq);
      const urls = [...new Set([...inProgress.keys()].map(({ url }) => url))].filter((url) => !isFree(url));
      const limit = maxAtOnce - countQuick(inProgress);
      const due = limit > 0 ? await store.notifications.listDue({ now: now(), limit, except: { urls, seqs } }) : [];
      for (const one of due) if (isFree(one.url)) begin(one);
      // What another page has may be for receivers that are free.
      if (due.length > 0) continue;
      const waitMs = Math.min(stepMs, retryAt - performance.now());
      if (inProgress.size > 0) await Promise.race([...donesOf(inProgress), pause(stepMs, signal)]);
      else if (waitMs > 0 && retryAt - performance.now() <= waitForRetryMs) await pause(waitMs, signal);
      else break;
    }
    if (!signal?.aborted) await pruneNotifications(ctx);
  } finally {
    const timer = setTimeout(() => cut.abort(), finishTryMs);
    await Promise.all(donesOf(inProgress));
    clearTimeout(timer);
  }
  return tries;
}

const countOf = (inProgress: ReadonlyMap<Notification, unknown>, url: string): number =>
  [...inProgress.keys()].filter((one) => one.url === url).length;

function countQuick(inProgress: ReadonlyMap<Notification, { since: number }>): number {
  const at = performance.now();
  return [...inProgress.values()].filter(({ since }) => at - since < slowAfterMs).length;
}

const donesOf = (inProgress: ReadonlyMap<Notification, { done: Promise<void> }>): Promise<void>[] =>
  [...inProgress.values()].map(({ done }) => done);

/** Ends early, and without an error, when the signal is aborted. */
const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined);

/** Sends one and records what came of it. Returns in how many milliseconds it is sent again; null for never. */
async function tryOnce(
  ctx: SendContext,
  { notifier, one, signal }: { notifier: Notifier; one: Notification; signal: AbortSignal },
): Promise<number | null> {
  const { store, now, random, log } = ctx;
  const { seq, webhookId, deploymentId, event: notification, url, attempts } = one;
  const result = await notifier.send(one, { now: now(), signal }).catch((error: unknown): TryResult => {
    signal.throwIfAborted();
    return { kind: 'no_response', reason: errorMessage(error) };
  });
  const decision = decideNotification(one, result, { now: now(), random });
  const fields = {
    webhook_id: webhookId,
    deployment_id: deploymentId,
    notification,
    receiver: hostOf(url),
    attempt: attempts + 1,
  };
  switch (decision.kind) {
    case 'sent':
      await store.notifications.recordSent({ seq, now: now() });
      log.info({ event: 'notification.sent', ...fields }, 'notification sent');
      return null;
    case 'retry': {
      const { nextAt, error, receiverWaits } = decision;
      await store.notifications.recordFailed({ seq, nextAt, error });
      if (receiverWaits) await store.notifications.postpone({ url, until: nextAt });
      const next = new Date(nextAt).toISOString();
      log.warn({ event: 'notification.failed', ...fields, reason: error, next_at: next }, 'notification not received; retrying');
      return nextAt - now();
    }
    case 'abandon':
      await store.notifications.abandon({ seq, error: decision.error, now: now() });
      log.error({ event: 'notification.abandoned', ...fields, reason: decision.error }, 'notification not received; abandoned');
      return null;
  }
}

/** The path may be a secret, as Slack's are. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'unknown');
