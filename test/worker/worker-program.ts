/**
 * A worker process with a handler of the tests: a deployment's run lasts as long as `RUN_MS` says on the clock, so that it goes on to
 * its end as soon as a frozen process wakes up.
 */
import { createLogger } from '../../src/observability/logger.ts';
import { complete } from '../../src/services/job-result.ts';
import { onShutdownSignal } from '../../src/app/shutdown.ts';
import { startRuntime } from '../../src/worker/runtime.ts';
import { deployKind, quick } from './kinds.ts';

const { REDIS_URL = '', QUEUE_PREFIX = '', RUN_MS = '0' } = process.env;
const log = createLogger({ logLevel: 'debug', secrets: [] }, 'worker');

const kind = deployKind(async ({ deployment_id }, { signal }) => {
  log.info({ deployment_id }, 'started');
  const endsAt = Date.now() + Number(RUN_MS);
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (Date.now() < endsAt) return;
      clearInterval(timer);
      resolve();
    }, 5);
  });
  log.info({ deployment_id, aborted: signal.aborted }, 'ended');
  return complete;
});

const runtime = startRuntime({
  redisUrl: REDIS_URL,
  queuePrefix: QUEUE_PREFIX,
  workerConcurrency: 1,
  name: 'test',
  handlers: [kind],
  log,
  times: quick,
});
onShutdownSignal(log, () => runtime.close());
log.info({}, 'ready');
