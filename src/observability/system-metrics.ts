import { Gauge, type Registry } from 'prom-client';
import { isShownAsSkipped, skippedKinds, type SkippedItem } from '../core/skipped.ts';
import type { ServiceProcess } from '../core/service-process.ts';

export interface SystemFacts {
  /** The processes that run. */
  alive: readonly ServiceProcess[];
  skipped: readonly SkippedItem[];
  /** Null for none so far. */
  lastEventAt: number | null;
  /** Null where the database does not say. */
  databaseBytes: number | null;
}

/** The processes and what they share. */
export function showSystem({ alive, skipped, lastEventAt, databaseBytes }: SystemFacts, registry: Registry): void {
  const registers = [registry];
  const workers = new Gauge({ name: 'autodeploy_workers', help: 'Worker processes that live', registers });
  workers.set(alive.filter(({ service }) => service === 'worker').length);
  showClocks(alive, registry);

  const gauge = new Gauge({
    name: 'autodeploy_skipped',
    help: 'Training jobs, runs, deployments and endpoints that could not be handled, and were gone on without',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of skippedKinds.filter(isShownAsSkipped)) gauge.set({ kind }, 0);
  for (const { kind } of skipped) if (isShownAsSkipped(kind)) gauge.inc({ kind });

  const event = new Gauge({
    name: 'autodeploy_last_event_timestamp_seconds',
    help: 'When POST /events last received an event that the service accepts',
    registers,
  });
  if (lastEventAt === null) event.remove();
  else event.set(lastEventAt / 1000);

  const bytes = new Gauge({ name: 'autodeploy_database_bytes', help: 'The size of the database on its disk', registers });
  if (databaseBytes === null) bytes.remove();
  else bytes.set(databaseBytes);
}

/** The process that is furthest off: its name would be another series at each start. */
function showClocks(alive: readonly ServiceProcess[], registry: Registry): void {
  const skew = new Gauge({
    name: 'autodeploy_clock_skew_seconds',
    help: 'How far the clock of a host is ahead of that of the database: of the host that is furthest off, by service',
    labelNames: ['service'],
    registers: [registry],
  });
  for (const [service, those] of Map.groupBy(alive, (one) => one.service)) {
    const known = those.flatMap(({ clockSkewMs }) => (clockSkewMs === null ? [] : [clockSkewMs]));
    const furthest = known.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0];
    if (furthest !== undefined) skew.set({ service }, furthest / 1000);
  }
}
