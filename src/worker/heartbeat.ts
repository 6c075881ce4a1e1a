import { writeFileSync } from 'node:fs';
import { type PeriodicTask, runPeriodically } from '../async/run-periodically.ts';

const intervalMs = 1000;

/**
 * Writes the file at once and then every second, as long as `isHealthy` says so: health checks look at its age. A fresh file means
 * that the process runs and takes jobs, not that Redis responds: a restart does not repair that.
 */
export function startHeartbeat(path: string, isHealthy: () => boolean): PeriodicTask {
  return runPeriodically({
    initialDelayMs: 0,
    intervalMs,
    random: () => 0,
    async run() {
      if (!isHealthy()) return;
      try {
        writeFileSync(path, `${new Date().toISOString()}\n`);
      } catch {
        // The health check sees a file that is old or missing.
      }
    },
  });
}
