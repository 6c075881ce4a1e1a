import type { Logger } from '../observability/logger.ts';

/**
 * An uncaught error ends the process with 1, with a last line. Node's own warnings become lines too: on stderr a pipe that nothing
 * reads could block the process.
 */
export function onCrash(log: Logger): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ event: 'process.crashed', err: error }, 'uncaught error; the process ends');
    process.exit(1);
  });
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn({ event: 'process.node_warning', err: warning }, 'Node.js warning'));
}
