import { utimesSync, writeFileSync } from 'node:fs';
import { type PeriodicTask, runPeriodically } from '../async/run-periodically.ts';

const intervalMs = 1000;

/**
 * Touches the file at once and then every second, as long as `isHealthy` says so: health checks look at its age. A fresh file means
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
        touch(path);
      } catch {
        // The health check sees a file that is old or missing.
      }
    },
  });
}

/** A file that is truncated and written each second costs several times as much. */
function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    writeFileSync(path, '');
  }
}
