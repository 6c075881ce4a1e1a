import type { Logger } from '../logger.ts';
import type { Services } from '../services/ports.ts';
import type { SystemStatus } from '../services/status.ts';
import type { BoardQueue } from './board.ts';
import type { HealthChecks } from './routes/health.ts';
import type { WrongKeyLimits } from './wrong-keys.ts';

/** Everything that the API needs from the outside; main.ts and the tests put it together. */
export interface ApiDeps {
  services: Services;
  /** None: everything is open, to this machine only. */
  apiKeys: readonly string[];
  wrongKeys?: WrongKeyLimits;
  /** `/model-init`, or empty for none. */
  basePath: string;
  /** The address as people reach it, where that is not the one that requests name in Host. */
  publicUrl?: string | null;
  boardQueues: readonly BoardQueue[];
  health: HealthChecks;
  /** Of this service. */
  version: string;
  readStatus: () => Promise<SystemStatus>;
  /** Prometheus' text format. */
  metricsText: () => Promise<string>;
  log: Logger;
}
