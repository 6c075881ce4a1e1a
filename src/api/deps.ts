import type { ApiKey } from '../config/config.ts';
import type { Logger } from '../observability/logger.ts';
import type { ApprovalLinks } from '../ports/approval-links.ts';
import type { ConsoleSessions } from '../ports/console-sessions.ts';
import type { ServiceContext } from '../services/context.ts';
import type { HistoryFeed } from '../services/history/history-feed.ts';
import type { SystemStatus } from '../services/system/read-status.ts';
import type { BoardQueue } from './pages/board.ts';
import type { Responded } from './middleware/request-durations.ts';
import type { WrongKeyLimits } from './middleware/wrong-keys.ts';

/** Each throws, with the reason, while its part is unavailable. */
export interface HealthChecks {
  redis(): Promise<void>;
  database(): Promise<void>;
  /** Throws while SageMaker refuses the service's credentials. SageMaker being unavailable does not count. */
  sagemaker(): Promise<void>;
  /** Throws while the clock of this host is too far from the database's. */
  clock(): Promise<void>;
}

/** Everything that the API needs from the outside; main.ts and the tests put it together. */
export interface ApiDeps {
  ctx: ServiceContext;
  /** None: everything is open, to this machine only. */
  apiKeys: readonly ApiKey[];
  wrongKeys?: WrongKeyLimits;
  /** `/model-init`, or empty for none. */
  basePath: string;
  /** The address that people use, where requests name another one in Host. */
  publicUrl?: string | null;
  /** Verifies the tokens of links. */
  approvalLinks: ApprovalLinks;
  /** Of this process. The end of the process closes it, which ends the requests that wait for it. */
  historyFeed: HistoryFeed;
  /** Signs the sessions of the console. */
  consoleSessions: ConsoleSessions;
  boardQueues: readonly BoardQueue[];
  health: HealthChecks;
  /** Of this service. */
  version: string;
  readStatus: () => Promise<SystemStatus>;
  /** How many jobs each queue has in each state. */
  queueDepths: () => Promise<Record<string, Record<string, number>>>;
  /** Prometheus' text format. */
  metricsText: () => Promise<string>;
  /** Called with each request that was responded to. */
  onResponse: (request: Responded) => void;
  log: Logger;
}
