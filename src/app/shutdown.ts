import { shutdownTiming } from '../core/timing.ts';
import type { Logger } from '../ports/logger.ts';

/**
 * At the first SIGTERM or SIGINT stops in order and exits with 0, whatever hangs, before the 10 s are over after which a container is
 * killed. At the second one exits at once. Answers a function that stops in the same way with another code, for a process that can't
 * go on.
 */
export function onShutdownSignal(log: Logger, stop: () => Promise<void>): (code: number) => void {
  let stopping = false;
  const end = (code: number): void => {
    stopping = true;
    setTimeout(() => {
      log.warn({}, 'not everything could be closed in time');
      process.exit(code);
    }, shutdownTiming.exitMs);
    stop().then(
      () => {
        log.info({}, 'stopped');
        process.exit(code);
      },
      (error: unknown) => {
        log.error({ err: error }, 'not everything could be closed in order');
        process.exit(code);
      },
    );
  };
  const handleSignal = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    log.info({ signal }, 'stopping');
    end(0);
  };
  process.on('SIGTERM', handleSignal);
  process.on('SIGINT', handleSignal);
  return (code) => {
    if (!stopping) end(code);
  };
}
