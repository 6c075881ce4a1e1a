import type { JsonCheck } from '../core/deployment/decide-verification.ts';
import type { Alarms } from '../ports/alarms.ts';
import type { ApprovalLinks } from '../ports/approval-links.ts';
import type { Invocations } from '../ports/invocations.ts';
import type { Logger } from '../ports/logger.ts';
import type { Queue } from '../ports/queue.ts';
import type { SageMaker } from '../ports/sagemaker.ts';
import type { ServiceSettings } from '../ports/settings.ts';
import type { Store } from '../ports/store.ts';
import type { EventMemory } from './events/event-memory.ts';

/** What every service receives as its first argument. The clock and randomness are arguments, too. */
export interface ServiceContext {
  store: Store;
  sagemaker: SageMaker;
  alarms: Alarms;
  invocations: Invocations;
  approvalLinks: ApprovalLinks;
  checkJson: JsonCheck;
  queue: Queue;
  log: Logger;
  settings: ServiceSettings;
  /** Of this process, for the events that it receives. */
  eventMemory: EventMemory;
  /** Milliseconds since 1970 UTC. */
  now: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
}
