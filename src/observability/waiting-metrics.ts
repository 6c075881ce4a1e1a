import { Gauge, type Registry } from 'prom-client';
import { waitKinds } from '../core/deployment/deployment.ts';
import type { DueJobs } from '../ports/queue.ts';
import type { WaitingCounts, WaitingKind } from '../ports/store.ts';

type Kind = WaitingKind | 'job';

/** What a person ends; the service, SageMaker or time end the others. */
const ofPeople: readonly Kind[] = ['approval', 'hold'];
const ofStore: readonly WaitingKind[] = [...waitKinds, 'start'];

export interface Waiting {
  /** Null while the database is unavailable. */
  stored: WaitingCounts | null;
  /** By queue; null while Redis is unavailable. */
  due: Readonly<Record<string, DueJobs>> | null;
  now: number;
}

/** How long what waits longest has waited, by kind: 0 where nothing waits. */
export function showWaiting({ stored, due, now }: Waiting, registry: Registry): void {
  const registers = [registry];
  const oldest = new Gauge({
    name: 'autodeploy_oldest_waiting_seconds',
    help: 'How long the one has waited that waits longest, by what it waits for, and whether that is up to a person or a machine',
    labelNames: ['kind', 'actor'],
    registers,
  });
  const show = (kind: Kind, since: number | null): void =>
    oldest.set(
      { kind, actor: ofPeople.includes(kind) ? 'person' : 'machine' },
      since === null ? 0 : Math.max(0, now - since) / 1000,
    );
  if (due !== null) {
    const since = Object.values(due).flatMap((jobs) => (jobs.oldest === null ? [] : [jobs.oldest.since]));
    show('job', since.length === 0 ? null : Math.min(...since));
  }
  if (stored === null) return;
  for (const kind of ofStore) show(kind, stored.oldest.find((one) => one.kind === kind)?.since ?? null);

  const help = 'Deployments in progress beyond their time limit';
  new Gauge({ name: 'autodeploy_deployments_overdue', help, registers }).set(stored.overdue);
}
