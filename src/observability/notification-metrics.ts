import { Counter, Gauge, type Registry } from 'prom-client';
import type { NotificationCounts } from '../ports/store.ts';

/** What became of the notifications, and how many wait. */
export function showNotifications({ sent, failedTries, abandoned, waiting }: NotificationCounts, registry: Registry): void {
  const registers = [registry];
  const tries = new Counter({
    name: 'autodeploy_notification_tries_total',
    help: 'Tries to send a notification by result',
    labelNames: ['result'],
    registers,
  });
  tries.inc({ result: 'sent' }, sent);
  tries.inc({ result: 'failed' }, failedTries);

  const help = 'Notifications that were not received within a day, or whose receiver is gone';
  new Counter({ name: 'autodeploy_notifications_abandoned_total', help, registers }).inc(abandoned);

  const gauge = new Gauge({ name: 'autodeploy_notifications_waiting', help: 'Notifications that wait for a try', registers });
  gauge.set(waiting);
}
