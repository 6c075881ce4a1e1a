/** Logs `LINES` lines of the length `LENGTH` at once, then does what `THEN` says: `wait` for a signal, `throw` or `warn`. */
import { createLogger } from '../../src/observability/logger.ts';
import { onCrash } from '../../src/app/on-crash.ts';
import { onShutdownSignal } from '../../src/app/shutdown.ts';

const { LINES = '0', LENGTH = '200', THEN = 'wait' } = process.env;
const log = createLogger({ logLevel: 'info', secrets: [] }, 'worker');
onCrash(log);
onShutdownSignal(log, async () => {});

const padding = 'x'.repeat(Number(LENGTH));
for (let number = 0; number < Number(LINES); number += 1) log.info({ number, padding }, 'line');
process.stderr.write('logged\n');
setTimeout(() => {
  if (THEN === 'warn') process.emitWarning('warned');
  if (THEN === 'throw') throw new Error('thrown');
}, 0);
setInterval(() => {}, 1000);
