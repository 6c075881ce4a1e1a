import type { Logger } from '../logger.ts';
import type { Services } from '../services/ports.ts';
import type { BoardQueue } from './board.ts';
import type { HealthChecks } from './routes/health.ts';

/** Everything that the API needs from the outside; main.ts and the tests put it together. */
export interface ApiDeps {
  services: Services;
  /** None: everything is open. */
  apiKeys: readonly string[];
  /** `/model-init`, or empty for none. */
  basePath: string;
  boardQueues: readonly BoardQueue[];
  health: HealthChecks;
  /** Prometheus' text format. */
  metricsText: () => Promise<string>;
  log: Logger;
}
