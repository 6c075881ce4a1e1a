import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, the longest one first; those that bound how long something takes come after the one with twenty processes.
 * Vitest knows no durations on a fresh clone and would begin with the largest files: a short file with long tests then runs alone at the end.
 */
export const longest = [
  'test/chaos/crash.test.ts',
  'test/db/concurrency.test.ts',
  'test/services/start.test.ts',
  'test/security/secrets.test.ts',
  'test/docs/tutorials.test.ts',
  'test/e2e/last-release.test.ts',
  'test/security/connections.test.ts',
  'test/api/process.test.ts',
  'test/dev/start.test.ts',
  'test/worker/start-faults.test.ts',
  'test/examples/delivery-system.test.ts',
  'test/db/postgres-faults.test.ts',
  'test/worker/database-outage.test.ts',
  'test/api/database-blocked.test.ts',
  'test/db/start-faults.test.ts',
  'test/worker/process.test.ts',
  'test/services/deploy.test.ts',
  'test/cli/commands.test.ts',
  'test/services/retention.test.ts',
  'test/clients/python.test.ts',
  'test/services/start-waiting.test.ts',
  'test/docs/commands.test.ts',
  'test/db/postgres.test.ts',
  'test/chaos/crash-postgres.test.ts',
  'test/db/postgres-commits.test.ts',
  'test/e2e/events.test.ts',
  'test/worker/failover.test.ts',
  'test/docs/safe-delivery.test.ts',
  'test/db/sqlite.test.ts',
  'test/e2e/redis-cluster.test.ts',
  'test/examples/examples.test.ts',
  'test/db/last-release.test.ts',
  'test/bench/seed-history.test.ts',
];

const rank = new Map(longest.map((file, index) => [file, index]));

export class LongestFirst extends BaseSequencer {
  /** Those of the list first, in its order; the others as Vitest has them. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await BaseSequencer.prototype.sort.call(this, files);
    const rankOf = ({ moduleId }: TestSpecification): number =>
      rank.get(relative(this.ctx.config.root, moduleId).replaceAll('\\', '/')) ?? longest.length;
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
