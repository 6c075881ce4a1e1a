import { ClaimLostError, StoreUnavailableError } from '../core/errors.ts';
import { type JobResult, snooze } from '../services/job-result.ts';
import type { Outage } from '../core/outage.ts';
import type { HandlerContext, JobData, JobKind } from './handlers.ts';

/** Why the worker stopped a run. */
export type StopReason = 'shutdown' | 'lock_lost';

export interface RunContext extends HandlerContext {
  stopReason: () => StopReason | null;
  random: () => number;
  /** Of the database, as far as the jobs of this kind need it. */
  outage: Outage;
}

const afterUnknownErrorMs = 30_000;
const jitteredMs = (fromMs: number, toMs: number, random: () => number): number =>
  Math.round(fromMs + (toMs - fromMs) * random());

/** Runs a handler on a job's data and returns what becomes of the job. Never throws, so that BullMQ never makes a job `failed`. */
export async function runJob(kind: JobKind, rawData: unknown, context: RunContext): Promise<JobResult> {
  const parsed = kind.schema.safeParse(rawData);
  if (!parsed.success) {
    context.log.error({ event: 'job.invalid', data: rawData, issues: parsed.error.message }, 'invalid job removed');
    return { kind: 'complete', summary: 'removed: its data is invalid' };
  }
  const beganAt = performance.now();
  try {
    const result = await kind.handle(parsed.data, context);
    const lastedMs = context.outage.succeeded(beganAt, performance.now());
    if (lastedMs !== null)
      context.log.info({ event: 'database.recovered', outage_ms: Math.round(lastedMs) }, 'database available again');
    return context.stopReason() === 'lock_lost' ? { kind: 'abandon' } : result;
  } catch (error) {
    return resultOfError(error, parsed.data, context);
  }
}

function resultOfError(error: unknown, { failing_since }: JobData, { log, stopReason, random, outage }: RunContext): JobResult {
  const failingSince = failing_since ?? null;
  const reason = stopReason();
  if (reason === 'lock_lost') {
    log.warn({ event: 'job.lock_lost', err: error }, 'job lock lost; another worker will resume it');
    return { kind: 'abandon' };
  }
  // Whatever an aborted call threw: the run stopped, as the worker asked.
  if (reason === 'shutdown') return { kind: 'release' };
  if (error instanceof ClaimLostError) {
    // If this worker still holds the job, as after the queue was emptied and refilled, the job observes what the other one does.
    log.info({ event: 'job.claim_lost', reason: error.message }, 'claim lost; another worker has it');
    return snooze(jitteredMs(1000, 5000, random), failingSince);
  }
  if (error instanceof StoreUnavailableError) {
    const delayMs = jitteredMs(1000, 5000, random);
    // The first job says it for all: with many trainings it would be many lines a second.
    const level = outage.failed(performance.now()) ? 'warn' : 'debug';
    log[level]({ event: 'database.unavailable', err: error, next_observation_ms: delayMs }, 'database unavailable; retrying');
    return snooze(delayMs, failingSince);
  }
  log.error(
    { event: 'job.unexpected_error', err: error, next_observation_ms: afterUnknownErrorMs },
    'unexpected job error; retrying',
  );
  return snooze(afterUnknownErrorMs, failingSince);
}
