import type { Logger } from '../ports/logger.ts';
import type { Queue } from '../ports/queue.ts';
import type { SageMaker } from '../ports/sagemaker.ts';
import type { ServiceSettings } from '../ports/settings.ts';
import type { Store } from '../ports/store.ts';

/** What every service gets. The clock and randomness are handed in. */
export interface ServiceContext {
  store: Store;
  sagemaker: SageMaker;
  queue: Queue;
  log: Logger;
  settings: ServiceSettings;
  /** Milliseconds since 1970 UTC. */
  now: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
}
