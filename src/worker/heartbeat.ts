import { writeFileSync } from 'node:fs';

const everyMs = 1000;

/**
 * Writes the file now and every second, as long as `works` says so: health checks look at its age. It says that the process lives and
 * takes jobs, not that Redis answers: no restart mends that. Answers how to end it.
 */
export function startHeartbeat(path: string, works: () => boolean): () => void {
  const beat = (): void => {
    if (!works()) return;
    try {
      writeFileSync(path, `${new Date().toISOString()}\n`);
    } catch {
      // The check sees a file that is old or missing.
    }
  };
  beat();
  const timer = setInterval(beat, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
