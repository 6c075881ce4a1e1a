import type { TestProject } from 'vitest/node';
import { launchPostgres } from './postgres-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string;
    /** The folder of an empty cluster. */
    postgresPristine: string;
  }
}

/** Runs once, before all test files: the PostgreSQL server that they share. Without one on the machine, no test runs. */
export default async function startSharedPostgres(project: TestProject): Promise<() => Promise<void>> {
  // No test kills it.
  const postgres = await launchPostgres({ keepPristine: true, settings: { synchronous_commit: 'off' } });
  project.provide('postgresUrl', postgres.url());
  project.provide('postgresPristine', postgres.folder.pristine);
  return () => postgres.stop();
}
