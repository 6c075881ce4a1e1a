import { openSqliteStore } from '../../../src/db/sqlite/sqlite-store.ts';
import { adoptionTask } from '../../../src/services/adoption/adopt-orphans.ts';
import { image, project } from '../direct-sdk.ts';
import { trainingRequest } from '../training-request.ts';

export const seedPrefix = 'bench-training-seeded';

/** As the simulator's control route names them. */
export const seededName = (index: number): string => `${seedPrefix}-${String(index).padStart(6, '0')}`;

/** A worker that starts right after the seeding restores no check of a run that was recorded just now: its API is about to queue it. */
const recordedAgoMs = 10_000;

/** Of a fleet whose trainings are in all phases: the first run is the oldest. */
interface Ages {
  spacingMs: number;
  autoDeploy: boolean;
}

/** Records runs in training through the store, as a bootstrap does, as if they had been recorded a little earlier. */
export async function seedRuns(
  databaseUrl: string,
  count: number,
  { spacingMs, autoDeploy }: Ages = { spacingMs: 0, autoDeploy: true },
): Promise<void> {
  const store = openSqliteStore(databaseUrl);
  try {
    for (let index = 1; index <= count; index += 1) {
      const trainingJobName = seededName(index);
      const now = Math.round(Date.now() - recordedAgoMs - (count - index) * spacingMs);
      await store.runs.insert({
        run: {
          runId: `run-${index}`,
          trainingJobName,
          project,
          endpointName: `sentiment-${index}`,
          autoDeploy,
          request: trainingRequest(),
          servingImage: image,
          idempotencyKey: null,
          idempotencyHash: null,
        },
        now,
      });
      await store.runs.acquireStartLease({ trainingJobName, now });
      const arn = `arn:aws:sagemaker:us-east-1:123456789012:training-job/${trainingJobName}`;
      await store.runs.markStarted({ trainingJobName, trainingJobArn: arn, actor: 'api', detail: 'seeded', now });
    }
    // As in the steady state: the search for orphans has walked the list before.
    await store.leases.saveCheckpoint({ task: adoptionTask, checkpointAt: Date.now() });
  } finally {
    await store.close();
  }
}
