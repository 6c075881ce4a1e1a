import { withTimeout } from '../../async/with-timeout.ts';
import type { CountedCalls } from '../../ports/store.ts';
import type { ServiceContext } from '../../services/context.ts';
import { recentCallsMs, type SystemStatus } from '../../services/system/read-status.ts';
import type { ConsoleDeps } from '../deps.ts';

export interface SystemView {
  status: SystemStatus;
  /** By queue and state; null while Redis is unavailable. */
  depths: Readonly<Record<string, Readonly<Record<string, number>>>> | null;
  /** Of the last minutes, by operation; null while the database is unavailable. */
  calls: readonly OperationCalls[] | null;
  /** Name and value, as the configuration has it. Nothing of them is a secret. */
  settings: readonly (readonly [string, string])[];
}

export interface OperationCalls {
  operation: string;
  ok: number;
  /** With another result than `ok`. */
  others: readonly { result: string; count: number }[];
}

/** Never fails: what cannot be read is null. */
export async function readSystem({
  ctx,
  readStatus,
  queueDepths,
}: Pick<ConsoleDeps, 'ctx' | 'readStatus' | 'queueDepths'>): Promise<SystemView> {
  const [status, depths, calls] = await Promise.all([
    readStatus(),
    withTimeout(partLimitMs, queueDepths(), () => new Error('no response in time')).catch(() => null),
    ctx.store.metrics.recentCalls({ withinMs: recentCallsMs, now: ctx.now() }).catch(() => null),
  ]);
  return { status, depths, calls: calls && byOperation(calls), settings: settingsOf(ctx) };
}

const partLimitMs = 2000;

function byOperation(calls: readonly CountedCalls[]): OperationCalls[] {
  const operations = Map.groupBy(calls, ({ operation }) => operation);
  return [...operations]
    .map(([operation, results]) => ({
      operation,
      ok: results.filter(({ result }) => result === 'ok').reduce((sum, { count }) => sum + count, 0),
      others: results.filter(({ result }) => result !== 'ok').map(({ result, count }) => ({ result, count })),
    }))
    .toSorted((one, other) => one.operation.localeCompare(other.operation));
}

const seconds = (ms: number): string => `${ms / 1000} s`;

/** Names as the environment has them. */
const settingsOf = ({ settings }: Pick<ServiceContext, 'settings'>): (readonly [string, string])[] => [
  ['PROJECT_NAME', settings.projectName],
  ['ENDPOINT_NAME', settings.endpointName],
  ['POLL_INTERVAL_SECONDS', seconds(settings.pollIntervalMs)],
  ['ENDPOINT_POLL_SECONDS', seconds(settings.endpointPollMs)],
  ['RECONCILE_INTERVAL_SECONDS', seconds(settings.reconcileIntervalMs)],
  ['MAX_TRAINING_WAIT_SECONDS', seconds(settings.maxTrainingWaitMs)],
  ['MAX_DEPLOYMENT_WAIT_SECONDS', seconds(settings.maxDeploymentWaitMs)],
  ['CHANGE_FEED', settings.changeFeed],
  ['HISTORY_RETENTION_DAYS', settings.historyRetentionMs === null ? 'for ever' : `${settings.historyRetentionMs / 86_400_000} d`],
  [
    'DELIVERY_FILE',
    Object.keys(settings.delivery.endpoints).length === 0
      ? 'none, or defaults alone'
      : `${Object.keys(settings.delivery.endpoints).length} endpoints`,
  ],
];
