import type { Config } from '../config/config.ts';
import type { QueuePlace } from '../queue/redis-target.ts';
import { untilFit } from '../queue/wait-until-fit.ts';
import type { Logger } from '../ports/logger.ts';
import type { QueueView } from '../ports/queue.ts';
import type { JobKind } from './handlers.ts';
import { createStallDetector, type StallTimes, type StallDetector } from './stall-detector.ts';
import { type PeriodicTask, runPeriodically } from '../async/run-periodically.ts';
import { type Runtime, startRuntime } from './runtime.ts';

export interface JobTakingOptions {
  config: QueuePlace & Pick<Config, 'workerConcurrency'>;
  handlers: readonly JobKind[];
  queue: Pick<QueueView, 'due'>;
  log: Logger;
  /** Of this process, for people to read. */
  name: string;
  /** Called with the reason, in one line, when an operator has to change Redis. */
  onFault: (fault: string) => void;
  /** Called when a restart may help. */
  onStuck: () => void;
  random: () => number;
  /** The clock of all hosts, by which jobs are late. */
  now?: () => number;
  progressTimes?: StallTimes;
  checkIntervalMs?: number;
}

export interface JobTaking {
  /** Whether a restart would not help. */
  isHealthy(): boolean;
  /** What keeps it from taking jobs, for people to read; null when nothing does. */
  problem(): string | null;
  /** Takes no more jobs while there is a reason; active jobs continue. */
  hold(reason: string | null): void;
  /** As Runtime.close. */
  close(): Promise<void>;
}

const defaultCheckIntervalMs = 5000;

/** Takes jobs as soon as Redis is available and fit for it, and detects when the worker stalls. */
export function startTakingJobs(options: JobTakingOptions): JobTaking {
  const { config, handlers, queue, log, name, random } = options;
  const stopping = new AbortController();
  let runtime: Runtime | null = null;
  let progress: StallDetector | null = null;
  let checking: PeriodicTask | null = null;
  let waitsFor: string | null = null;
  let held: string | null = null;

  const start = async (): Promise<void> => {
    const checked = await untilFit(config, { signal: stopping.signal, onWait: (reason) => (waitsFor = reason) });
    if (checked === null) return;
    if (checked.kind === 'fault') return options.onFault(checked.fault);
    waitsFor = null;
    const started = startRuntime({ ...config, name, handlers, log, random });
    runtime = started;
    if (held !== null) started.pause();
    progress = createStallDetector({
      workers: started.workers,
      due: () => queue.due(),
      log,
      times: options.progressTimes,
      wallClock: options.now,
    });
    checking = watch(progress);
    await started.fetching;
    if (!stopping.signal.aborted) log.info({ event: 'worker.ready', concurrency: config.workerConcurrency }, 'worker takes jobs');
  };

  const watch = (watched: StallDetector): PeriodicTask =>
    runPeriodically({
      initialDelayMs: options.checkIntervalMs ?? defaultCheckIntervalMs,
      intervalMs: options.checkIntervalMs ?? defaultCheckIntervalMs,
      random,
      async run() {
        if (held !== null || (await watched.observe()) !== 'end') return;
        log.error({ event: 'worker.stuck' }, 'worker takes no due jobs; the process ends');
        options.onStuck();
      },
    });

  void start();
  return {
    isHealthy: () => (runtime?.isRunning() ?? true) && (progress?.problem() ?? null) === null,
    problem: () => held ?? (waitsFor === null ? null : `waits for Redis: ${waitsFor}`) ?? progress?.problem() ?? null,
    hold(reason) {
      held = reason;
      if (reason === null) runtime?.resume();
      else runtime?.pause();
    },
    async close() {
      stopping.abort();
      void checking?.stop();
      await runtime?.close();
    },
  };
}
