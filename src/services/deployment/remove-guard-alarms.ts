import { SageMakerError } from '../../core/errors.ts';
import { workerCallMs } from '../../core/timing.ts';
import type { ServiceContext } from '../context.ts';

/** At a time; DeleteAlarms takes 100. */
const most = 100;

/**
 * Removes the guard alarms of deployments that have ended. A deployment removes its own at its end; what a crash, or a refusal of CloudWatch,
 * has left over, the reconciler does. Each is forgotten only once CloudWatch has confirmed that it is gone.
 */
export async function removeGuardAlarms(ctx: ServiceContext, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  const { store, alarms, log } = ctx;
  const names = await store.guardAlarms.listEnded(most);
  if (names.length === 0) return;
  try {
    await alarms.deleteAlarms(names, { signal, maxWaitMs: workerCallMs });
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    log.warn({ event: 'deployment.guard_alarms_left', err: error, alarms: names }, 'guard alarms cannot be removed yet');
    return;
  }
  await store.guardAlarms.forget(names);
  log.info({ event: 'deployment.guard_alarms_removed', alarms: names }, 'guard alarms removed');
}
