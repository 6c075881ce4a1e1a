import type { Logger } from '../observability/logger.ts';

/**
 * What nobody caught ends the process with 1, with a last line. Node's own warnings become lines, too: on stderr a pipe that nobody
 * reads could hold the process.
 */
export function onCrash(log: Logger, message: string): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, message);
    process.exit(1);
  });
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn({ err: warning }, 'Node.js warns'));
}
