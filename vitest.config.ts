import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tools/testkit/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    globalSetup: ['tools/testkit/shared-redis.ts', 'tools/testkit/shared-postgres.ts'],
    pool: 'forks',
    // Most tests wait for processes and clocks rather than compute: on two cores three workers take a quarter less time than two.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    // A test that cannot run fails; one left behind as `.only` would hide the others.
    allowOnly: false,
    passWithNoTests: false,
  },
});
