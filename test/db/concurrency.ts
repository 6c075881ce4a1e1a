import { describe } from 'vitest';
import { countersRaces } from './concurrency/counters.ts';
import { deliveryRaces } from './concurrency/delivery.ts';
import { deploymentRaces } from './concurrency/deployments.ts';
import { historyRaces } from './concurrency/history.ts';
import { operationsRaces } from './concurrency/operations.ts';
import { runRaces } from './concurrency/runs.ts';
import type { TestDatabase } from './conformance/test-database.ts';

const suites: Record<string, (newDatabase: () => TestDatabase) => void> = {
  runs: runRaces,
  deployments: deploymentRaces,
  delivery: deliveryRaces,
  counters: countersRaces,
  history: historyRaces,
  operations: operationsRaces,
};

/**
 * Races of processes that write at once. One writer at a time, as SQLite has, hides most of them; each engine has to come through, and
 * leaves what no order of the same calls could not have left.
 */
export function describeRaces(engine: string, newDatabase: () => TestDatabase): void {
  describe(`at once on ${engine}`, () => {
    describe.each(Object.keys(suites))('%s', (name) => suites[name]?.(newDatabase));
  });
}
