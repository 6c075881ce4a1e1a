import type { SkippedKind } from '../core/skipped.ts';
import type { ServiceContext } from './context.ts';

/** Records and counts an item that cannot be handled, so that the loop that found it continues with the others. Logs it once. */
export async function skip(
  { store, log, now }: ServiceContext,
  { kind, name, reason }: { kind: SkippedKind; name: string; reason: string },
): Promise<void> {
  if (!(await store.skipped.record({ kind, name, reason, now: now() }))) return;
  const about = kind === 'training_job' || kind === 'run' ? { training_job_name: name } : { name };
  log.warn({ event: 'skipped', kind, ...about, reason }, 'skipped');
}
