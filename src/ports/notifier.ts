import type { TryResult } from '../core/delivery/decide-notification.ts';
import type { Notification } from '../core/delivery/notification.ts';

/** What sends notifications over HTTP. */
export interface Notifier {
  /**
   * One try, signed where the notification names a secret. Whatever goes wrong is a result, without secrets.
   * @throws the signal's reason, once it is aborted: the notification may have been received.
   */
  send(
    notification: Pick<Notification, 'webhookId' | 'url' | 'secretEnv' | 'body'>,
    options: { now: number; signal: AbortSignal },
  ): Promise<TryResult>;
}
