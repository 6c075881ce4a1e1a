import type { TrainingRun } from '../../core/training/training-run.ts';
import type { ServiceContext } from '../context.ts';

/** Records since when a time limit of the run is exceeded, or null, where that has changed. */
export async function recordOverdue(
  { store, now }: ServiceContext,
  { run, overdueSince }: { run: TrainingRun; overdueSince: number | null },
): Promise<void> {
  if (run.overdueSince === overdueSince) return;
  const { trainingJobName, trainingSinceAt } = run;
  await store.runs.recordTimeLimit({ trainingJobName, before: run, after: { trainingSinceAt, overdueSince }, now: now() });
}
