import { type Config, exitOnUnusableDatabase, exitWithFaults } from '../config/config.ts';
import { faultOfRedis } from '../queue/start-check.ts';
import { type AppContext, type ContextOptions, createContext } from './context.ts';

/**
 * For programs: the context, checked. Prints what has to be repaired first, a Redis or a database that can't be used or a database
 * that is not that of the queue's other processes, and ends the process with code 78.
 */
export async function contextOrExit(config: Config, options: ContextOptions): Promise<AppContext> {
  const fault = await faultOfRedis(config);
  if (fault !== null) exitWithFaults([fault]);
  const context = await createContext(config, options).catch((error: unknown) =>
    exitOnUnusableDatabase(config.databaseUrl, error),
  );
  const mismatch = await context.sharedDatabase.join();
  if (mismatch !== null) exitWithFaults([mismatch]);
  return context;
}
