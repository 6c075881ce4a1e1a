/** How long a start is retried, and how many calls that takes: hours of simulated time, with each check when it is due. */
import { describe, expect, it } from 'vitest';
import { SageMakerError, type SageMakerErrorKind, StoreUnavailableError } from '../../src/core/errors.ts';
import { startTiming, taskLeaseTiming } from '../../src/core/timing.ts';
import { createRun } from '../../src/services/training/create-run.ts';
import { observeRun } from '../../src/services/training/observe-run.ts';
import { newStartLine, startWaiting } from '../../src/services/training/start-waiting.ts';
import { stopRun } from '../../src/services/training/stop-run.ts';
import { startTestContext, type TestContext } from './harness.ts';

const minute = 60;
const hour = 60 * minute;
const job = 'named';
const create = 'CreateTrainingJob';
const describeJob = 'DescribeTrainingJob';

interface Budgeted extends TestContext {
  /** Errors in place of responses. */
  errors: { create?: SageMakerErrorKind; search?: SageMakerErrorKind };
  /** Every tenth search is throttled, the first one included. */
  throttlesSearches: boolean;
  /** The operations that were called. */
  calls: string[];
}

const errorOf = (kind: SageMakerErrorKind, operation: string): SageMakerError =>
  new SageMakerError({
    kind,
    operation,
    resource: 'training_job',
    message: kind,
    effect: operation === create && kind === 'unavailable' ? 'unknown' : 'none',
    possiblyInFlight: false,
    code: kind,
    requestId: null,
  });

/** SageMaker with errors that take no time: the client's own retries wait by the real clock. */
async function startBudgeted(): Promise<Budgeted> {
  const context = await startTestContext();
  const { sagemaker } = context.ctx;
  const budgeted: Budgeted = { ...context, errors: {}, throttlesSearches: false, calls: [] };
  let searches = 0;
  const failIf = (operation: string, kind: SageMakerErrorKind | undefined): void => {
    budgeted.calls.push(operation);
    if (kind !== undefined) throw errorOf(kind, operation);
  };
  context.ctx.sagemaker = {
    ...sagemaker,
    createTrainingJob: async (...params) => {
      failIf(create, budgeted.errors.create);
      return sagemaker.createTrainingJob(...params);
    },
    describeTrainingJob: async (...params) => {
      const isThrottled = budgeted.throttlesSearches && searches++ % 10 === 0;
      failIf(describeJob, isThrottled ? 'throttled' : budgeted.errors.search);
      return sagemaker.describeTrainingJob(...params);
    },
  };
  return budgeted;
}

const setBoth = ({ errors }: Budgeted, kind: SageMakerErrorKind | undefined): void => {
  errors.create = kind;
  errors.search = kind;
};

const findRun = ({ ctx }: Budgeted) => ctx.store.runs.find(job);
/** As a check whose job was added again: what it knew of failures is gone with the one before. */
const checkOnce = (context: Budgeted, trainingJobName = job) =>
  observeRun(context.ctx, { trainingJobName, actor: 'poll', failingSince: null });

/** Checks the run whenever its check is due. Ends with the run, after the time, or with more calls than any budget needs. */
async function check(context: Budgeted, forSeconds: number): Promise<{ seconds: number; calls: number }> {
  const { clock, calls } = context;
  const startedAt = clock.now;
  const before = calls.length;
  while (clock.now - startedAt < forSeconds * 1000 && calls.length - before < 3000) {
    const result = await checkOnce(context);
    if (result.kind !== 'snooze') break;
    clock.now += result.delayMs;
  }
  return { seconds: (clock.now - startedAt) / 1000, calls: calls.length - before };
}

/** Runs that wait for their start, by a process that never waits for one. */
async function startWaitingRuns(names: readonly string[]): Promise<Budgeted> {
  const context = await startBudgeted();
  const waiting = { ...context.ctx, sagemaker: { ...context.ctx.sagemaker, mayStartTraining: () => false } };
  for (const trainingJobName of names)
    await createRun(waiting, { autoDeploy: true, idempotencyKey: null, body: { trainingJobName } });
  return context;
}

/**
 * Runs the line each second beside the checks, each of which is due within a minute at first, until all of them are over. Nothing that a
 * process remembers lasts from one round to the next, as if each of them were restarted. Returns when each run ended, in seconds.
 */
async function checkInLine(context: Budgeted, names: readonly string[], forSeconds: number): Promise<Map<string, number>> {
  const { clock, ctx } = context;
  const startedAt = clock.now;
  const dueAt = new Map(names.map((name) => [name, startedAt + 45_000]));
  const ended = new Map<string, number>();
  while (ended.size < names.length && clock.now - startedAt < forSeconds * 1000) {
    for (const [name, at] of dueAt) {
      if (clock.now < at) continue;
      const result = await checkOnce(context, name);
      if (result.kind === 'snooze') dueAt.set(name, clock.now + result.delayMs);
      else if (dueAt.delete(name)) ended.set(name, (clock.now - startedAt) / 1000);
    }
    await startWaiting(ctx);
    clock.now += 1000;
  }
  return ended;
}

const request = { autoDeploy: true, idempotencyKey: 'key', body: { trainingJobName: job } };

/** A run whose request was throttled: no attempt is open. */
async function startThrottled(): Promise<Budgeted> {
  const context = await startBudgeted();
  context.errors.create = 'throttled';
  await createRun(context.ctx, request);
  context.errors.create = undefined;
  return context;
}

/** A run whose first attempt is open: its response is lost, and SageMaker cannot be searched. `created`: its training exists. */
async function startOpen(created: boolean): Promise<Budgeted> {
  const context = await startBudgeted();
  context.simulator.changeSettings({ trainingSeconds: 100 * hour });
  setBoth(context, 'unavailable');
  if (created) {
    context.errors.create = undefined;
    context.simulator.addFault({ kind: 'lose_response', match: { operation: create }, times: 1 });
  }
  await expect(createRun(context.ctx, request)).rejects.toMatchObject({ code: 'sagemaker_unavailable' });
  setBoth(context, undefined);
  context.clock.advance(startTiming.leaseMs / 1000 + 1);
  return context;
}

describe('observeRun, for a run that is requested', () => {
  it('fails a throttled run whose permissions are lost, after five minutes', async () => {
    const context = await startThrottled();
    setBoth(context, 'access_denied');
    const { seconds, calls } = await check(context, 72 * hour);
    expect(await findRun(context)).toMatchObject({ status: 'failed', failureKind: 'access_denied' });
    expect(seconds).toBeGreaterThan(5 * minute);
    expect(seconds).toBeLessThan(10 * minute);
    expect(calls).toBeLessThan(40);
  });

  it('fails a throttled run whose quota is used up, after an hour and without a search', async () => {
    const context = await startThrottled();
    context.throttlesSearches = true;
    context.errors.create = 'quota';
    const { seconds, calls } = await check(context, 6 * hour);
    expect(await findRun(context)).toMatchObject({ status: 'failed', failureKind: 'quota' });
    expect(seconds).toBeGreaterThan(hour);
    expect(seconds).toBeLessThan(hour + 5 * minute);
    expect(calls).toBeLessThan(150);
    expect(context.calls).not.toContain(describeJob);
  });

  it('fails a run with an open attempt whose quota is used up, though searches are throttled', async () => {
    const context = await startOpen(false);
    context.throttlesSearches = true;
    context.errors.create = 'quota';
    const { seconds, calls } = await check(context, 6 * hour);
    expect(await findRun(context)).toMatchObject({ status: 'failed', failureKind: 'quota' });
    expect(seconds).toBeLessThan(hour + 5 * minute);
    expect(calls).toBeLessThan(200);
  });

  it.each([
    ['stops the training that an open attempt created', true, 'stopped', 1],
    ['fails the run where an open attempt created no training', false, 'failed', 0],
  ])(
    '%s, once its permissions return after more than the grace',
    async (_, created, status, stops) => {
      const context = await startOpen(created);
      setBoth(context, 'access_denied');
      const first = await check(context, 12 * minute);
      expect(first.calls).toBeLessThan(80);
      expect(await findRun(context)).toMatchObject({
        status: 'requested',
        stopRequestedAt: expect.any(Number),
        failureReason: 'access_denied',
        failureKind: 'access_denied',
      });
      expect((await check(context, 24 * hour)).calls).toBeLessThan(24 * 60 * 1.5);
      setBoth(context, undefined);
      await check(context, hour);
      expect(await findRun(context)).toMatchObject({ status, deploymentStatus: 'none' });
      if (!created) expect(await findRun(context)).toMatchObject({ failureKind: 'access_denied' });
      expect(context.effects()['training_job_stop_requested'] ?? 0).toBe(stops);
    },
    30_000,
  );

  it('fails a run that is denied after an hour of quota, though every second attempt is throttled', async () => {
    const context = await startThrottled();
    let attempts = 0;
    const { sagemaker } = context.ctx;
    context.ctx.sagemaker = {
      ...sagemaker,
      createTrainingJob: (...params) => {
        context.errors.create = attempts++ % 2 === 0 ? 'quota' : 'throttled';
        return sagemaker.createTrainingJob(...params);
      },
    };
    const { seconds } = await check(context, 6 * hour);
    expect(await findRun(context)).toMatchObject({ status: 'failed', failureKind: 'quota' });
    expect(seconds).toBeLessThan(hour + 6 * minute);
  });

  it('continues with the training of an open attempt when its permissions return in time', async () => {
    const context = await startOpen(true);
    setBoth(context, 'access_denied');
    await check(context, 4 * minute);
    setBoth(context, undefined);
    await check(context, minute);
    expect(await findRun(context)).toMatchObject({ stopRequestedAt: null, trainingJobArn: expect.any(String) });
    expect(context.effects()).toEqual({ training_job_created: 1 });
  });
});

describe('startWaiting, beside the checks', () => {
  const names = Array.from({ length: 12 }, (_, index) => `job-${String(index).padStart(2, '0')}`);

  it.each([
    ['access_denied', 5 * minute, 12 * 45],
    ['quota', hour, 12 * 130],
  ] as const)(
    'fails each of many runs that are refused, in its budget: %s',
    async (kind, budget, mostCalls) => {
      const context = await startWaitingRuns(names);
      setBoth(context, kind);
      const ended = await checkInLine(context, names, budget * 3);
      expect([...ended.keys()].toSorted()).toEqual(names);
      for (const name of names) {
        expect(await context.ctx.store.runs.find(name)).toMatchObject({ status: 'failed', failureKind: kind });
        expect(ended.get(name)).toBeGreaterThan(budget);
        expect(ended.get(name)).toBeLessThan(budget + 4 * minute);
      }
      expect(context.calls.length).toBeLessThan(mostCalls);
    },
    60_000,
  );

  it('starts a run that was refused when it no longer is', async () => {
    const context = await startWaitingRuns([job]);
    setBoth(context, 'quota');
    await startWaiting(context.ctx);
    expect(await findRun(context)).toMatchObject({ startRefusedSince: context.clock.now, startAttemptedAt: null });
    context.clock.advance(30 * minute);
    setBoth(context, undefined);
    // It is its check that retries it.
    expect(await startWaiting(context.ctx)).toBe(0);
    await checkOnce(context);
    expect(await findRun(context)).toMatchObject({ status: 'training', startRefusedSince: null, overdueSince: null });
  });

  it('leaves a start that fails for a reason that passes alone for a minute, and starts the others', async () => {
    const context = await startWaitingRuns(names);
    const line = newStartLine();
    context.errors.create = 'unauthenticated';
    for (let count = 0; count < 5; count += 1) {
      await startWaiting(context.ctx, { line });
      context.clock.advance(10);
    }
    expect(context.calls).toHaveLength(names.length);
    expect(await context.ctx.store.runs.find(names[0]!)).toMatchObject({ status: 'requested', startRefusedSince: null });
    setBoth(context, undefined);
    context.clock.advance(10);
    await startWaiting(context.ctx, { line });
    expect(context.effects()).toEqual({ training_job_created: names.length });
  });
});

describe('startWaiting, with a run that cannot be handled', () => {
  it('starts the others, says which one it was, and leaves that one alone for a minute', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `job-${index}`);
    const context = await startWaitingRuns(names);
    const { ctx } = context;
    const line = newStartLine();
    const find: typeof ctx.store.runs.find = async (name) => {
      if (name === 'job-0') throw new SyntaxError('no JSON');
      return ctx.store.runs.find(name);
    };
    const broken = { ...ctx, store: { ...ctx.store, runs: { ...ctx.store.runs, find } } };
    await expect(startWaiting(broken, { line })).rejects.toThrow('job-0: no JSON');
    expect(context.effects()).toEqual({ training_job_created: 5 });
    expect(await startWaiting(broken, { line })).toBe(0);
    context.clock.advance(minute);
    await expect(startWaiting(broken, { line })).rejects.toThrow('job-0: no JSON');
  });

  it('ends at once when the database is unavailable', async () => {
    const context = await startWaitingRuns(['job-0', 'job-1']);
    const { ctx } = context;
    const acquireStartLease = () => Promise.reject(new StoreUnavailableError('gone'));
    const away = { ...ctx, store: { ...ctx.store, runs: { ...ctx.store.runs, acquireStartLease } } };
    const line = newStartLine();
    await expect(startWaiting(away, { line })).rejects.toBeInstanceOf(StoreUnavailableError);
    await startWaiting(ctx, { line });
    expect(context.effects()).toEqual({ training_job_created: 2 });
  });
});

describe('startWaiting, when a start is cut short', () => {
  const leaseSeconds = startTiming.leaseMs / 1000;
  /** A process that dies before the call of CreateTrainingJob, or after it. */
  const dieAt = ({ ctx }: Budgeted, when: 'before' | 'after'): Budgeted['ctx'] => ({
    ...ctx,
    sagemaker: {
      ...ctx.sagemaker,
      createTrainingJob: async (...params) => {
        if (when === 'after') await ctx.sagemaker.createTrainingJob(...params);
        throw new Error('killed');
      },
    },
  });

  it.each(['before', 'after'] as const)('continues when the lease of the start is over: killed %s the call', async (when) => {
    const context = await startWaitingRuns([job]);
    const { ctx, clock } = context;
    clock.advance(1);
    await expect(startWaiting(dieAt(context, when))).rejects.toThrow('killed');
    clock.advance(leaseSeconds - 1);
    expect(await startWaiting(ctx)).toBe(0);
    clock.advance(1);
    expect(await startWaiting(ctx)).toBe(1);
    expect(await findRun(context)).toMatchObject({ status: 'training' });
    expect(context.effects()).toEqual({ training_job_created: 1 });
  });

  it('ends a line whose lease another process has taken', async () => {
    const names = [1, 2, 3].map((number) => `job-${number}`);
    const context = await startWaitingRuns(names);
    const { ctx, clock } = context;
    /** The process is paused for longer than the lease while it waits for a turn, and another one begins. */
    const awaitStartTurn: typeof ctx.sagemaker.awaitStartTurn = async (limits) => {
      clock.advance(taskLeaseTiming.leaseMs / 1000);
      await ctx.store.leases.acquire({ task: 'start-waiting:lease', everyMs: taskLeaseTiming.leaseMs, now: clock.now });
      return ctx.sagemaker.awaitStartTurn(limits);
    };
    await startWaiting({ ...ctx, sagemaker: { ...ctx.sagemaker, awaitStartTurn } });
    expect(context.effects()).toEqual({ training_job_created: 1 });
  });

  it('has the check look soon for a training whose response was lost', async () => {
    const context = await startWaitingRuns([job]);
    const { ctx } = context;
    const delayMs = async () => (await ctx.queue.queues[0]?.getJob(`check-${job}`))?.delay;
    expect(await delayMs()).toBeGreaterThan(startTiming.leaseMs);
    context.simulator.addFault({ kind: 'lose_response', match: { operation: create }, times: 1 });
    context.errors.search = 'unavailable';
    await startWaiting(ctx);
    expect(await findRun(context)).toMatchObject({ status: 'requested', startAttemptedAt: expect.any(Number) });
    expect(await delayMs()).toBeLessThan(startTiming.leaseMs);
  });
});

describe('stopRun, for a run that is requested', () => {
  it('stops a run that was throttled twice at once and without a call', async () => {
    const context = await startThrottled();
    context.errors.create = 'throttled';
    await checkOnce(context);
    expect(await findRun(context)).toMatchObject({ startAttemptedAt: null, startAttempts: 2 });
    await stopRun(context.ctx, { trainingJobName: job });
    setBoth(context, 'unavailable');
    expect(await check(context, 10 * minute)).toEqual({ seconds: 0, calls: 0 });
    expect(await findRun(context)).toMatchObject({ status: 'stopped' });
  });

  it('searches with growing delays for the training of an earlier attempt', async () => {
    const context = await startOpen(true);
    context.errors.create = 'throttled';
    await checkOnce(context);
    expect(await findRun(context)).toMatchObject({ startAttemptedAt: null, startAttempts: 2 });
    await stopRun(context.ctx, { trainingJobName: job });
    setBoth(context, 'unavailable');
    expect((await check(context, 10 * minute)).calls).toBeLessThan(30);
    setBoth(context, undefined);
    await check(context, 10 * minute);
    expect(await findRun(context)).toMatchObject({ status: 'stopped' });
    expect(context.effects()).toMatchObject({ training_job_created: 1, training_job_stop_requested: 1 });
  });
});
