import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  callTiming,
  changeTiming,
  clockTiming,
  databaseTiming,
  eventTiming,
  historyFeedTiming,
  longestUpdateMs,
  notificationTiming,
  peerTiming,
  postgresTiming,
  queueTiming,
  readinessTiming,
  retryBudgets,
  retryTiming,
  shutdownTiming,
  startTiming,
  taskLeaseTiming,
  timeLimitTiming,
  trainingNotFoundBudgetMs,
  workerCallMs,
} from '../../src/core/timing.ts';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const expectRising = (...values: number[]): void => {
  expect(values).toEqual(values.toSorted((a, b) => a - b));
  expect(new Set(values).size, 'no two are equal').toBe(values.length);
};

/** The numbers are those of docs/reference/timing.md#relations. */
describe('the time constants', () => {
  it('1: a start in a request ends before its lease', () => {
    expectRising(startTiming.createInRequestMs + startTiming.searchInRequestMs, startTiming.leaseMs);
  });

  it('2: the searches for a new job fit into their time', () => {
    expectRising(sum(startTiming.searchDelaysMs), startTiming.searchInRequestMs);
  });

  it('3: a change is over within the in-flight window, which a start lease covers', () => {
    expectRising(changeTiming.changeTimeoutMs, changeTiming.inFlightWindowMs);
    expect(changeTiming.inFlightWindowMs).toBeLessThanOrEqual(startTiming.leaseMs);
  });

  it('4: the in-flight window ends before the stale read window, and that before "not found" ends anything', () => {
    expectRising(changeTiming.inFlightWindowMs, changeTiming.staleReadWindowMs, retryBudgets.not_found);
    expectRising(changeTiming.staleReadWindowMs, trainingNotFoundBudgetMs);
  });

  it("5: an unsettled deployment is observed for longer than SageMaker's longest update", () => {
    expectRising(longestUpdateMs, changeTiming.unsettledForMs);
  });

  it("6: a killed worker's jobs continue within 8 s, and no silence is taken for a broken connection", () => {
    expect(queueTiming.lockMs + queueTiming.stalledIntervalMs).toBeLessThanOrEqual(8_000);
    expectRising(queueTiming.lockRenewMs, queueTiming.lockMs);
    expectRising(queueTiming.blockMs, queueTiming.workerSilenceMs);
  });

  it('7: a job that Redis refuses to delay is retried for longer than its lock', () => {
    expectRising(queueTiming.lockMs, queueTiming.delayRetryMs);
  });

  it('8, 9: each wait for an event, and of the API for the database, is below an API destination', () => {
    for (const waitMs of [
      2 * eventTiming.lookUpMs,
      2 * queueTiming.commandMs,
      databaseTiming.apiWaitMs + databaseTiming.threadGraceMs,
    ]) {
      expect(waitMs).toBeLessThan(eventTiming.destinationTimeoutMs);
    }
    expectRising(databaseTiming.workerWaitMs + databaseTiming.threadGraceMs, timeLimitTiming.aheadToleranceMs);
  });

  it('10: parts of a readiness check end before it does', () => {
    expectRising(databaseTiming.readinessMs, readinessTiming.checkMs);
    expectRising(readinessTiming.firstCredentialsMs, readinessTiming.checkMs);
  });

  it('11: a shutdown goes through its stages before the process is killed', () => {
    const { idleWorkerMs, releaseJobsMs, cutRequestsMs, forceCloseMs, exitMs, lastLinesMs, killedMs } = shutdownTiming;
    expectRising(idleWorkerMs, releaseJobsMs, cutRequestsMs, forceCloseMs, exitMs, exitMs + lastLinesMs, killedMs);
  });

  it('12: processes forget each other before a difference counts, and that before a start gives up', () => {
    expectRising(peerTiming.compareEveryMs, peerTiming.forgottenAfterMs, peerTiming.differsForMs, peerTiming.startWaitMs);
  });

  it('13: the longest delay of a job is that of a retry with its jitter', () => {
    expect(retryTiming.longestDelayMs * (1 + retryTiming.jitter)).toBe(75_000);
  });

  it('14: a task lease outlives one call of its task, and is renewed long before its end', () => {
    expectRising(taskLeaseTiming.renewAfterMs, workerCallMs, taskLeaseTiming.leaseMs);
  });

  it('16: a process stops working before its instants count as written by a wrong clock', () => {
    expect(clockTiming.unusableSkewMs).toBeLessThanOrEqual(timeLimitTiming.aheadToleranceMs);
    expectRising(clockTiming.jumpMs, clockTiming.skewMs, clockTiming.unusableSkewMs);
  });

  it('17: a connection, a frozen transaction and a lost commit take less time than a caller has', () => {
    const { connectMs, idleInTransactionMs, commitMs, migrationLockMs } = postgresTiming;
    expectRising(connectMs, databaseTiming.apiWaitMs);
    expectRising(idleInTransactionMs, databaseTiming.apiWaitMs);
    expectRising(databaseTiming.apiWaitMs + commitMs, eventTiming.destinationTimeoutMs);
    expectRising(databaseTiming.workerWaitMs + commitMs, timeLimitTiming.aheadToleranceMs);
    expectRising(migrationLockMs, databaseTiming.workerWaitMs);
  });

  it('18: the first tries to notify begin within 10 s or so, and end with the jobs of a process', () => {
    const { intervalMs, retryDelaysMs, jitter, waitForRetryMs, finishTryMs, longestRetryAfterMs } = notificationTiming;
    expectRising(intervalMs, waitForRetryMs);
    expectRising(retryDelaysMs[0] * (1 + jitter), waitForRetryMs);
    expectRising(finishTryMs, shutdownTiming.forceCloseMs);
    expectRising(longestRetryAfterMs, Math.max(...retryDelaysMs));
    expect(sum(retryDelaysMs)).toBe(24 * 3_600_000);
  });

  it('an attempt ends before its call, and connecting before the attempt', () => {
    expectRising(callTiming.connectMs, callTiming.attemptMs, callTiming.callMs);
  });
});

const rows = ['timing.md', 'retry-budgets.md'].flatMap((name) => readFileSync(`docs/reference/${name}`, 'utf8').split('\n'));

/** The cell beside a name in any table of the documents. */
function documented(name: string): string {
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim())).find((row) => row[1] === name);
  if (cells?.[2] === undefined) throw new Error(`no table has a row "${name}"`);
  return cells[2];
}

const seconds = (...values: readonly number[]): string => `${values.map((ms) => ms / 1000).join(', ')} s`;
const minutes = (ms: number): string => `${ms / 60_000} min`;
const budget = (ms: number): string => (ms === Infinity ? 'the time limit' : ms === 0 ? 'none' : minutes(ms));

describe('docs/reference/timing.md and retry-budgets.md', () => {
  it.each<[string, string]>([
    ['start lease', seconds(startTiming.leaseMs)],
    ['task lease', seconds(taskLeaseTiming.leaseMs)],
    ['CreateTrainingJob in a request', seconds(startTiming.createInRequestMs)],
    ['search for the job in a request', seconds(startTiming.searchInRequestMs)],
    ['search for the job in a worker', seconds(startTiming.searchInWorkerMs)],
    ['delays between searches', seconds(...startTiming.searchDelaysMs)],
    ['a second request with the same key', `${seconds(startTiming.sameKeyWaitMs)}, every 50 ms`],
    ['a check waits for its turn', seconds(startTiming.turnOfCheckMs)],
    ['a run that waits is checked every', seconds(startTiming.waitingRecheckMs)],
    ['StopTrainingJob in a request', seconds(startTiming.stopInRequestMs)],
    ['not found ends a run after', minutes(trainingNotFoundBudgetMs)],
    ['one change request', seconds(changeTiming.changeTimeoutMs)],
    ['in-flight window', seconds(changeTiming.inFlightWindowMs)],
    ['stale read window', seconds(changeTiming.staleReadWindowMs)],
    ['retry after a lack of capacity', `${seconds(changeTiming.capacityRetryMs)} at least`],
    ['writing tags', seconds(changeTiming.tagMs)],
    ['other calls of a deployment', seconds(changeTiming.callMs)],
    ['unsettled deployments are observed for', `${changeTiming.unsettledForMs / 3_600_000} h`],
    [
      'between the two observations that end a limit',
      `one polling interval, ${seconds(timeLimitTiming.leastBetweenObservationsMs)} at least`,
    ],
    ['a gap that moves the limits', `${minutes(timeLimitTiming.gapMs)}, or three polling intervals`],
    ['an instant in the future is repaired from', seconds(timeLimitTiming.aheadToleranceMs)],
    ...Object.entries(retryBudgets).map(([kind, budgetMs]): [string, string] => [`\`${kind}\``, budget(budgetMs)]),
    ['connecting', seconds(callTiming.connectMs)],
    ['one attempt, to the first byte', seconds(callTiming.attemptMs)],
    ['a call without a limit of its own', seconds(callTiming.callMs)],
    ['a check waits for the first response', seconds(readinessTiming.firstCredentialsMs)],
    ['asking SageMaker about an unknown job', `2 × ${seconds(eventTiming.lookUpMs)}`],
    ['looking for new entries every', seconds(historyFeedTiming.tickMs)],
    ['looking again at what is not settled', `${seconds(historyFeedTiming.recheckMs)}, doubled up to that`],
    ['a request waits for what is not settled', seconds(historyFeedTiming.settleMs)],
    ['a comment in a stream every', seconds(historyFeedTiming.keepAliveMs)],
    [
      'a stream ends after',
      `${minutes(historyFeedTiming.lifetimeMs * (1 - historyFeedTiming.lifetimeJitter)).replace(' min', '')} to ${minutes(historyFeedTiming.lifetimeMs)}`,
    ],
    ['the longest `wait`', seconds(historyFeedTiming.longestWaitMs)],
    ['a connection gets for the end of a stream', seconds(historyFeedTiming.flushMs)],
    ['lock of a job', seconds(queueTiming.lockMs)],
    ['stalled jobs are looked for every', seconds(queueTiming.stalledIntervalMs)],
    ['a command of the queue', seconds(queueTiming.commandMs)],
    ['reconnecting to Redis', `0.1 s, doubled, at most ${seconds(queueTiming.longestReconnectMs)}`],
    [
      'a silent connection is closed',
      `${seconds(queueTiming.producerSilenceMs)}, workers ${seconds(queueTiming.workerSilenceMs)}`,
    ],
    ['a job that Redis refuses to delay', `${seconds(queueTiming.delayRetryMs)}, every 0.5 s`],
    ['processes compare their databases every', seconds(peerTiming.compareEveryMs)],
    [
      'a call waits while the database is locked',
      `API ${seconds(databaseTiming.apiWaitMs)}, worker ${seconds(databaseTiming.workerWaitMs)}`,
    ],
    ['a readiness check of the database', seconds(databaseTiming.readinessMs)],
    ["a process reads the database's clock every", seconds(clockTiming.measureEveryMs)],
    ['a reading that failed is repeated after', seconds(clockTiming.retryMs)],
    ['the start of a program waits for a reading for', seconds(clockTiming.startWaitMs)],
    ["the clock is read at once when the host's moves", seconds(clockTiming.jumpMs)],
    ['the clock stands still instead of going back by', seconds(clockTiming.standStillMs)],
    ['a host is skewed from', seconds(clockTiming.skewMs)],
    ['a process does not work from', seconds(clockTiming.unusableSkewMs)],
    ['either ends below', `${clockTiming.fallingBack * 100} % of it`],
    ['a connection to PostgreSQL', seconds(postgresTiming.connectMs)],
    ['a commit whose answer is lost is looked up for', seconds(postgresTiming.commitMs)],
    ['a transaction that stands still ends after', seconds(postgresTiming.idleInTransactionMs)],
    ['a migration waits for a table in use', seconds(postgresTiming.migrationLockMs)],
    ['a migration waits for its lock', seconds(postgresTiming.migrationMs)],
    ['a connection to PostgreSQL is replaced after', minutes(postgresTiming.longestLifeMs)],
    ['a run whose insert is in doubt is looked for', seconds(postgresTiming.withdrawForMs)],
    ['what is due is looked for every', seconds(notificationTiming.intervalMs)],
    ['one try', seconds(notificationTiming.tryMs)],
    ['delays between tries', seconds(...notificationTiming.retryDelaysMs)],
    ['the longest Retry-After that counts', `${notificationTiming.longestRetryAfterMs / 3_600_000} h`],
    ['a pause between messages to Slack', seconds(notificationTiming.slackPauseMs)],
    ['a try in progress at SIGTERM gets', seconds(notificationTiming.finishTryMs)],
    ['a notification that has ended is kept for', `${notificationTiming.keepEndedMs / (24 * 3_600_000)} d`],
    ['an idle worker closes within', seconds(shutdownTiming.idleWorkerMs)],
    ['active jobs receive the signal to stop', seconds(shutdownTiming.releaseJobsMs)],
    ['the API cuts the requests that are left', seconds(shutdownTiming.cutRequestsMs)],
    ['jobs that did not stop are left to their locks', seconds(shutdownTiming.forceCloseMs)],
    ['the process ends, whatever hangs', seconds(shutdownTiming.exitMs)],
    ['a slow reader of the log gets', `${seconds(shutdownTiming.lastLinesMs)} more`],
  ])('have the value of "%s"', (name, value) => {
    expect(documented(name)).toBe(value);
  });
});
