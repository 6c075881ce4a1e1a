import { shutdownTiming } from '../core/timing.ts';
import type { Logger } from '../ports/logger.ts';

/**
 * At the first SIGTERM or SIGINT stops in order and exits with 0, whatever hangs, before a container is killed. At the second one
 * exits at once. Returns a function that stops in the same way with another code, for a process that can't continue.
 */
export function onShutdownSignal(log: Logger, stop: () => Promise<void>): (code: number) => void {
  let stopping = false;
  const end = (code: number): void => {
    stopping = true;
    setTimeout(() => {
      log.warn({ event: 'process.stop_incomplete' }, 'shutdown timed out');
      process.exit(code);
    }, shutdownTiming.exitMs);
    stop().then(
      () => {
        log.info({ event: 'process.stopped' }, 'stopped');
        process.exit(code);
      },
      (error: unknown) => {
        log.error({ event: 'process.stop_failed', err: error }, 'shutdown failed');
        process.exit(code);
      },
    );
  };
  const handleSignal = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    log.info({ event: 'process.stopping', signal }, 'stopping');
    end(0);
  };
  process.on('SIGTERM', handleSignal);
  process.on('SIGINT', handleSignal);
  return (code) => {
    if (!stopping) end(code);
  };
}
