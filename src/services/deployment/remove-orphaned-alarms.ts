import { guardAlarmPrefix, isGuardAlarmOf, longestRolloutMs } from '../../core/deployment/guard-alarms.ts';
import { SageMakerError } from '../../core/errors.ts';
import { workerCallMs } from '../../core/timing.ts';
import type { ServiceContext } from '../context.ts';

const everyMs = 3_600_000;

/**
 * Removes the guard alarms of which the database has no row: those that a lost database has left behind. They are recognized by their names and
 * their age, since no rollout lasts so long; so it harms no other database that serves a project of the same name. Once an hour, in one
 * process, and only where a policy has a guard.
 */
export async function removeOrphanedAlarms(ctx: ServiceContext, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  const { store, alarms, settings, now, log } = ctx;
  if (!hasGuard(ctx)) return;
  if ((await store.leases.acquire({ task: 'orphaned-alarms', everyMs, now: now() })) === null) return;
  const options = { signal, maxWaitMs: workerCallMs };
  const before = now() - longestRolloutMs;
  try {
    const found = await alarms.listAlarms(guardAlarmPrefix(settings.projectName), options);
    const names = found
      .filter(
        ({ name, configuredAt }) => isGuardAlarmOf(settings.projectName, name) && configuredAt !== null && configuredAt < before,
      )
      .map(({ name }) => name);
    if (names.length === 0) return;
    await alarms.deleteAlarms(names, options);
    log.info({ event: 'deployment.guard_alarms_removed', alarms: names }, 'guard alarms removed');
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    log.warn({ event: 'deployment.guard_alarms_left', err: error }, 'guard alarms cannot be removed yet');
  }
}

/** Whether the delivery file, as it is now, has a guard for any endpoint. Without one the service needs no permission in CloudWatch. */
const hasGuard = ({ settings: { delivery } }: ServiceContext): boolean =>
  [delivery.defaults, ...Object.values(delivery.endpoints)].some((layers) => {
    const rollout = layers.delivery?.['rollout'];
    return typeof rollout === 'object' && rollout !== null && 'guard' in rollout;
  });
