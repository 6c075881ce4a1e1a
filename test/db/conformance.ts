import { describe } from 'vitest';
import { afterwardsSuite } from './conformance/afterwards.ts';
import { callersSuite } from './conformance/callers.ts';
import { deliverySuite } from './conformance/delivery.ts';
import { deploymentsSuite } from './conformance/deployments.ts';
import { endpointsSuite } from './conformance/endpoints.ts';
import { fencingTokensSuite } from './conformance/fencing-tokens.ts';
import { orderSuite } from './conformance/order.ts';
import { processesSuite } from './conformance/processes.ts';
import { skippedSuite } from './conformance/skipped.ts';
import { readModelsSuite } from './conformance/read-models.ts';
import { removalSuite } from './conformance/removal.ts';
import { runsSuite } from './conformance/runs.ts';
import { sagemakerCallsSuite } from './conformance/sagemaker-calls.ts';
import { startSuite } from './conformance/start.ts';
import type { TestDatabase } from './conformance/test-database.ts';
import { notificationsSuite } from './conformance/notifications.ts';
import { historySuite } from './conformance/history.ts';
import { leasesSuite } from './conformance/leases.ts';
import { requestKeysSuite } from './conformance/request-keys.ts';
import { retentionSuite } from './conformance/retention.ts';
import { pruningSuite } from './conformance/pruning.ts';
import { totalsSuite } from './conformance/totals.ts';
import { waitingSuite } from './conformance/waiting.ts';

const suites: Record<string, (newDatabase: () => TestDatabase) => void> = {
  'training runs': runsSuite,
  'starting a training': startSuite,
  'runs that wait for their start': waitingSuite,
  'requesting deployments': deploymentsSuite,
  'the order of deployments': orderSuite,
  'a claimed deployment': fencingTokensSuite,
  'a deployment that waits, or has ended': afterwardsSuite,
  callers: callersSuite,
  'what people decide': deliverySuite,
  endpoints: endpointsSuite,
  'removing runs': removalSuite,
  'pruning runs': pruningSuite,
  retention: retentionSuite,
  'skipped items': skippedSuite,
  leases: leasesSuite,
  notifications: notificationsSuite,
  'calls to SageMaker': sagemakerCallsSuite,
  history: historySuite,
  'idempotency keys': requestKeysSuite,
  processes: processesSuite,
  'read models': readModelsSuite,
  totals: totalsSuite,
};

/**
 * What any engine behind the Store must pass. `newDatabase` cleans up when the test is over. `only` some of it, for another way to an
 * engine that passes all of it.
 */
export function describeStore(
  engine: string,
  newDatabase: () => TestDatabase,
  only: readonly string[] = Object.keys(suites),
): void {
  describe(`the store on ${engine}`, () => {
    describe.each(only)('%s', (name) => suites[name]?.(newDatabase));
  });
}
