import type { Logger } from './services/ports.ts';

/** What the log has not written by then gets up to a second more (line-writer.ts). */
const hardLimitMs = 8800;

/**
 * At the first SIGTERM or SIGINT stops in order and exits with 0, whatever hangs, before the 10 s are over after which a container is
 * killed. At the second one exits at once.
 */
export function onStop(log: Logger, stop: (signal: NodeJS.Signals) => Promise<void>): void {
  let stopping = false;
  const heed = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.warn({}, 'not everything could be closed in time');
      process.exit(0);
    }, hardLimitMs);
    stop(signal).then(
      () => {
        log.info({}, 'stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'not everything could be closed in order');
        process.exit(0);
      },
    );
  };
  process.on('SIGTERM', heed);
  process.on('SIGINT', heed);
}
