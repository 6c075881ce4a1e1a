import type { SkippedKind } from '../../core/skipped.ts';
import type { ServiceContext } from '../context.ts';

/**
 * Goes on without one that can't be handled: it is written down and counted, and said once in the log, and the loop takes the next one.
 */
export async function skip({ store, log, now }: ServiceContext, kind: SkippedKind, name: string, reason: string): Promise<void> {
  if (!(await store.skipped.record({ kind, name, reason, now: now() }))) return;
  const about = kind === 'training_job' || kind === 'run' ? { training_job_name: name } : { name };
  log.warn({ kind, ...about, reason }, 'one that can’t be handled is passed over; the others go on');
}
