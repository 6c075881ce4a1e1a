import type { NewNotification, Notification } from '../core/delivery/notification.ts';

export interface NotificationCounts {
  /** Totals, which never fall: what was sent, the tries that failed, what was abandoned after them. */
  sent: number;
  failedTries: number;
  abandoned: number;
  /** How many wait for a try. */
  waiting: number;
}

/** The outbox. A change of a deployment adds its notifications in its own transaction; this is what follows. */
export interface NotificationStore {
  /** Adds some in a transaction of their own. One whose `webhookId` is there already is left as it is. */
  add(notifications: readonly NewNotification[]): Promise<void>;
  /** Those that are due, the longest due first, but for some. */
  listDue(params: {
    now: number;
    limit: number;
    except?: { urls: readonly string[]; seqs: readonly number[] };
  }): Promise<Notification[]>;
  /** It is received; false when it had ended already. */
  recordSent(params: { seq: number; now: number }): Promise<boolean>;
  /** A try failed, and another one follows; false when it had ended already. */
  recordFailed(params: { seq: number; nextAt: number; error: string }): Promise<boolean>;
  /** A try failed, and no other one follows; false when it had ended already. */
  abandon(params: { seq: number; error: string; now: number }): Promise<boolean>;
  /** Whatever waits for this receiver waits until then at least. */
  postpone(params: { url: string; until: number }): Promise<void>;
  /** Deletes some that ended before the instant; returns how many. */
  pruneEnded(params: { endedBefore: number; limit: number }): Promise<number>;
  counts(): Promise<NotificationCounts>;
}
