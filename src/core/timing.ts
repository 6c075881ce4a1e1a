/**
 * The time constants that depend on each other, in milliseconds (docs/reference/timing.md). A constant that stands alone stays where
 * it is used. test/core/timing.test.ts holds the relations, and the document's values.
 */

/** The time limit of one call of a worker. */
export const workerCallMs = 10_000;

/** Starting and stopping a training. */
export const startTiming = {
  /** How long one process has for a start before another may try. */
  leaseMs: 15_000,
  /** CreateTrainingJob while a caller waits. */
  createInRequestMs: 6_000,
  /** The search for an existing job while a caller waits. */
  searchInRequestMs: 4_000,
  searchInWorkerMs: workerCallMs,
  /** Between the searches for a job that SageMaker does not show yet. */
  searchDelaysMs: [250, 500, 1_000, 1_500],
  /** A second request with the same key waits for the first one's response. */
  sameKeyWaitMs: 3_000,
  stopInRequestMs: 5_000,
  /** A check of a run that waits for its start waits so long for its turn; one that is not among the next ones comes again later. */
  turnOfCheckMs: 5_000,
  waitingRecheckMs: 60_000,
} as const;

const changeTimeoutMs = 5_000;
/** How long the network may hold a request up. */
const heldUpMs = 10_000;

/** Changing an endpoint. */
export const changeTiming = {
  /** One requested change, retries included. */
  changeTimeoutMs,
  /** How long a change without a response may still reach SageMaker, also one of a worker that died. */
  inFlightWindowMs: changeTimeoutMs + heldUpMs,
  /** How long a description may show an endpoint as it was before an acknowledged change. */
  staleReadWindowMs: 60_000,
  capacityRetryMs: 15_000,
  tagMs: 3_000,
  /** Every other call of a deployment. */
  callMs: workerCallMs,
  /** How long an unsettled deployment is observed. */
  unsettledForMs: 24 * 3_600_000,
} as const;

/** Requests to a live endpoint, to see whether it answers as expected. */
export const verifyTiming = {
  /** SageMaker gives a model 60 s. */
  requestMs: 65_000,
  retryDelaysMs: [1_000, 3_000, 9_000],
} as const;

/** SageMaker's longest update (docs/reference/sagemaker-behavior.md#an-update-uses-one-policy-and-ends-within-8-hours). */
export const longestUpdateMs = 8 * 3_600_000;

/** How long an error of a kind is retried before it ends a start or a deployment; without end where the whole has a time limit. */
export const retryBudgets = {
  throttled: Infinity,
  unavailable: Infinity,
  busy: Infinity,
  unauthenticated: Infinity,
  /** Quotas free up when other trainings or endpoints end. */
  quota: 60 * 60_000,
  /** One index of SageMaker may lag behind another. */
  contradiction: 15 * 60_000,
  /**
   * A new endpoint configuration may not be visible to CreateEndpoint and UpdateEndpoint at once
   * (docs/reference/sagemaker-behavior.md#eventual-consistency-after-create).
   */
  not_found: 10 * 60_000,
  /** Permissions and tags need minutes to spread (docs/reference/sagemaker-behavior.md#permissions-take-minutes-to-spread). */
  access_denied: 5 * 60_000,
  unknown: 5 * 60_000,
  invalid: 0,
  already_exists: 0,
} as const;

/** How long SageMaker may not find a training job before the run ends. */
export const trainingNotFoundBudgetMs = 5 * 60_000;

/** `jitter`: the share of a delay that it may be longer or shorter. */
export const retryTiming = { shortestDelayMs: 500, longestDelayMs: 60_000, jitter: 0.25 } as const;

export const timeLimitTiming = {
  /** The shortest time between the two observations that end a time limit. */
  leastBetweenObservationsMs: 5_000,
  /** A gap without an observation that moves the limits. */
  gapMs: 5 * 60_000,
  /** An instant further ahead of a reader's was written by a wrong clock. No wait for the database is longer. */
  aheadToleranceMs: 30_000,
} as const;

/** A task that one process at a time does for all. */
export const taskLeaseTiming = {
  /** Longer than one call of the task, since it is renewed between two calls. */
  leaseMs: 15_000,
  renewAfterMs: 1_000,
} as const;

/** The clock of the database, which all processes share where it has a host of its own (core/clock.ts). */
export const clockTiming = {
  /** A quartz clock drifts by 50 ppm at most: 2 ms in this time. */
  measureEveryMs: 30_000,
  /** After a measurement that failed. */
  retryMs: 1_000,
  /** The shortest round trip of so many counts. */
  readings: 4,
  startWaitMs: 3_000,
  /** The clock waits instead of going back by so little. */
  standStillMs: 1_000,
  /** A host's clock that moves by more against the monotonic one was set, or the host was suspended. */
  jumpMs: 500,
  skewMs: 1_000,
  unusableSkewMs: 30_000,
  /** A level ends below this share of its bound. */
  fallingBack: 0.8,
} as const;

/** One call to SageMaker: to connect, one attempt to its first byte, and a call without a limit of its own with all its attempts. */
export const callTiming = { connectMs: 3_000, attemptMs: 10_000, callMs: 20_000 } as const;

export const queueTiming = {
  /** A process that gets no time, or no response from Redis, for the lock less its renewal loses its jobs. */
  lockMs: 6_000,
  /** How old a lock is at most when it is renewed. */
  lockRenewMs: 1_500,
  /** How often a worker looks for stalled jobs. */
  stalledIntervalMs: 2_000,
  commandMs: 2_000,
  /** A connection that is silent for longer while a command waits is closed. */
  producerSilenceMs: 5_000,
  workerSilenceMs: 15_000,
  /** BullMQ's own (docs/reference/bullmq-behavior.md#a-worker-blocks-for-at-most-10-seconds). */
  blockMs: 10_000,
  /** How long a worker repeats what Redis refuses when it delays a job. */
  delayRetryMs: 15_000,
  longestReconnectMs: 2_000,
} as const;

/** How long a call waits for the database while it is locked, and how much longer than its thread the program waits. */
export const databaseTiming = { apiWaitMs: 3_000, workerWaitMs: 10_000, threadGraceMs: 250, readinessMs: 700 } as const;

/** PostgreSQL's part of it. */
export const postgresTiming = {
  /** One connection, with its TLS and log-in. */
  connectMs: 2_000,
  /** How much longer a call takes whose connection is lost during its commit, to find out whether it was done. */
  commitMs: 1_000,
  /** A process that stands still within a transaction loses it, and with it the locks that others wait for. */
  idleInTransactionMs: 2_500,
  /** A silent connection is looked after. */
  keepAliveMs: 10_000,
  /** An unused connection is closed. */
  idleMs: 30_000,
  /** Each connection is replaced, so that a fail-over and a changed password reach all. */
  longestLifeMs: 30 * 60_000,
  closeMs: 1_000,
  migrationMs: 120_000,
  /** How long a migration waits for those who use a table, behind which all others wait. */
  migrationLockMs: 5_000,
  /** For how long a run whose insert is in doubt is looked for. */
  withdrawForMs: 60_000,
} as const;

export const readinessTiming = { checkMs: 1_000, firstCredentialsMs: 700 } as const;

/** `destinationTimeoutMs` is EventBridge's (docs/reference/eventbridge-behavior.md#api-destinations-time-out-after-5-seconds). */
export const eventTiming = { destinationTimeoutMs: 5_000, lookUpMs: 1_500 } as const;

/**
 * Notifications. `retryDelaysMs`: from each failed try to the next one: those of Standard Webhooks
 * (docs/reference/webhook-behavior.md#when-a-try-has-failed), the last one cut so that they are a day in all.
 */
export const notificationTiming = {
  /** Between two looks for what is due. The first try and the first retry begin within 10 s. */
  intervalMs: 5_000,
  tryMs: 20_000,
  /** A retry that is due within this is waited for. */
  waitForRetryMs: 10_000,
  retryDelaysMs: [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 23_095_000],
  jitter: 0.1,
  longestRetryAfterMs: 21_600_000,
  /** From SIGTERM, for a try in progress. */
  finishTryMs: 3_000,
  /** Between two messages to one incoming webhook of Slack. */
  slackPauseMs: 1_000,
  /** For how long one that has ended is kept. */
  keepEndedMs: 7 * 24 * 3_600_000,
} as const;

/** The feed of the history to those who follow it. */
export const historyFeedTiming = {
  /** Between two readings of the history's head. */
  tickMs: 200,
  /** To the next reading while what is visible is not settled; then longer each time. */
  recheckMs: 20,
  /** How long a request waits until what is visible is settled. */
  settleMs: 2_000,
  delayLoggedMs: 5_000,
  /** A proxy cuts what is silent: a load balancer of AWS after 60 s. */
  keepAliveMs: 15_000,
  /** A stream ends, so that its reader connects again to whichever process; earlier by a random share. */
  lifetimeMs: 15 * 60_000,
  lifetimeJitter: 0.2,
  /** The longest wait of a request for the first entry: shorter than API Gateway's 29 s. */
  longestWaitMs: 25_000,
  /** How long a connection may take to send the end of its stream. */
  flushMs: 5_000,
} as const;

/** How processes of one queue compare their databases. */
export const peerTiming = { compareEveryMs: 2_000, forgottenAfterMs: 6_000, differsForMs: 7_000, startWaitMs: 10_000 } as const;

/** Counted from SIGTERM. */
export const shutdownTiming = {
  idleWorkerMs: 1_000,
  /** Active jobs receive the signal to stop. */
  releaseJobsMs: 4_000,
  /** The API closes the connections that are left. */
  cutRequestsMs: 5_000,
  /** Jobs that did not stop are left to their locks. */
  forceCloseMs: 7_000,
  /** The process ends, whatever hangs. */
  exitMs: 8_800,
  /** A slow reader of the log gets this much more. */
  lastLinesMs: 800,
  /** A container is killed. */
  killedMs: 10_000,
} as const;
